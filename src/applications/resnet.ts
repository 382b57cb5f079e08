/** @file ResNet-50 (He et al. 2015, arXiv 1512.03385), and its second version (He et al. 2016, arXiv 1603.05027). */

import { activation, add, batchNormalization, conv2d, maxPooling2d, zeroPadding2d } from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { kernelsFile, type WeightsFile } from './weights-file.ts';

/** Channels inside of the blocks, and how many blocks. */
const STACKS: readonly (readonly [number, number])[] = [
  [64, 3],
  [128, 4],
  [256, 6],
  [512, 3],
];

const EPSILON = 1.001e-5;

/** Normalized, then ReLU; `name` goes before `bn` and `relu`. */
function normalizedRelu(x: SymbolicTensor, name: string): SymbolicTensor {
  const normalized = batchNormalization({ axis: 3, epsilon: EPSILON, name: `${name}_bn` }).apply(x);
  return activation({ activation: 'relu', name: `${name}_relu` }).apply(normalized);
}

abstract class ResNet extends Application {
  protected abstract readonly checksums: readonly [string, string];

  weightsFile(): WeightsFile {
    return kernelsFile('resnet', this.defaultName, this.includeTop, this.checksums);
  }

  /** The blocks one after another. */
  protected abstract stack(x: SymbolicTensor, filters: number, blocks: number, index: number): SymbolicTensor;

  /** The first convolution, and what its maps go through before they are pooled. */
  protected stem(images: SymbolicTensor): SymbolicTensor {
    const x = zeroPadding2d({ padding: 3, name: 'conv1_pad' }).apply(images);
    return conv2d({ filters: 64, kernelSize: 7, strides: 2, name: 'conv1_conv' }).apply(x);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = zeroPadding2d({ padding: 1, name: 'pool1_pad' }).apply(this.stem(images));
    x = maxPooling2d({ poolSize: 3, strides: 2, name: 'pool1_pool' }).apply(x);
    STACKS.forEach(([filters, blocks], i) => {
      x = this.stack(x, filters, blocks, i);
    });
    return x;
  }
}

/** Blocks of three convolutions beside a shortcut; each convolution is normalized, and the sum goes through ReLU. */
export class ResNet50 extends ResNet {
  static override readonly className = 'ResNet50';
  static override readonly preprocessing = 'caffe';
  protected readonly defaultName = 'resnet50';
  protected readonly checksums = [
    '2cb95161c43110f7111970584f804107',
    '4d473c1dd8becc155b73f8504c6f6626',
  ] as const;

  protected override stem(images: SymbolicTensor): SymbolicTensor {
    return normalizedRelu(super.stem(images), 'conv1');
  }

  protected stack(inputs: SymbolicTensor, filters: number, blocks: number, index: number): SymbolicTensor {
    let x = inputs;
    for (let i = 1; i <= blocks; i++) {
      const strides = i === 1 && index > 0 ? 2 : 1;
      x = this.#block(x, { filters, strides, widens: i === 1, name: `conv${index + 2}_block${i}` });
    }
    return x;
  }

  #block(
    inputs: SymbolicTensor,
    { filters, strides, widens, name }: { filters: number; strides: number; widens: boolean; name: string },
  ): SymbolicTensor {
    const normalized = (x: SymbolicTensor, i: number) =>
      batchNormalization({ axis: 3, epsilon: EPSILON, name: `${name}_${i}_bn` }).apply(x);
    const wide = { filters: 4 * filters, kernelSize: 1 };
    const shortcut = widens
      ? normalized(conv2d({ ...wide, strides, name: `${name}_0_conv` }).apply(inputs), 0)
      : inputs;
    let x = conv2d({ filters, kernelSize: 1, strides, name: `${name}_1_conv` }).apply(inputs);
    x = normalizedRelu(x, `${name}_1`);
    x = conv2d({ filters, kernelSize: 3, padding: 'same', name: `${name}_2_conv` }).apply(x);
    x = normalizedRelu(x, `${name}_2`);
    x = normalized(conv2d({ ...wide, name: `${name}_3_conv` }).apply(x), 3);
    x = add({ name: `${name}_add` }).apply([shortcut, x]);
    return activation({ activation: 'relu', name: `${name}_out` }).apply(x);
  }
}

/** The same with normalization and ReLU before each convolution, so that the shortcuts go through unchanged. */
export class ResNet50V2 extends ResNet {
  static override readonly className = 'ResNet50V2';
  static override readonly preprocessing = 'tf';
  protected readonly defaultName = 'resnet50v2';
  protected readonly checksums = [
    '3ef43a0b657b3be2300d5770ece849e0',
    'fac2f116257151a9d068a22e544a4917',
  ] as const;

  protected override features(images: SymbolicTensor): SymbolicTensor {
    return normalizedRelu(super.features(images), 'post');
  }

  protected stack(inputs: SymbolicTensor, filters: number, blocks: number, index: number): SymbolicTensor {
    let x = inputs;
    for (let i = 1; i <= blocks; i++) {
      const strides = i === blocks && index < STACKS.length - 1 ? 2 : 1;
      x = this.#block(x, { filters, strides, widens: i === 1, name: `conv${index + 2}_block${i}` });
    }
    return x;
  }

  #block(
    inputs: SymbolicTensor,
    { filters, strides, widens, name }: { filters: number; strides: number; widens: boolean; name: string },
  ): SymbolicTensor {
    const active = normalizedRelu(inputs, `${name}_preact`);
    const wide = { filters: 4 * filters, kernelSize: 1 };
    let shortcut = inputs;
    if (widens) shortcut = conv2d({ ...wide, strides, name: `${name}_0_conv` }).apply(active);
    else if (strides > 1) shortcut = maxPooling2d({ poolSize: 1, strides }).apply(inputs);
    let x = conv2d({ filters, kernelSize: 1, useBias: false, name: `${name}_1_conv` }).apply(active);
    x = normalizedRelu(x, `${name}_1`);
    x = zeroPadding2d({ padding: 1, name: `${name}_2_pad` }).apply(x);
    x = conv2d({ filters, kernelSize: 3, strides, useBias: false, name: `${name}_2_conv` }).apply(x);
    x = normalizedRelu(x, `${name}_2`);
    x = conv2d({ ...wide, name: `${name}_3_conv` }).apply(x);
    return add({ name: `${name}_out` }).apply([shortcut, x]);
  }
}

/** ResNet-50: images of 224 × 224, BGR minus the mean. */
export const resNet50 = application(ResNet50);
/** ResNet-50 of the second version: images of 224 × 224, pixels from -1 to 1. */
export const resNet50V2 = application(ResNet50V2);

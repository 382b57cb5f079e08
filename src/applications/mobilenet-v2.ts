/** @file MobileNetV2 (Sandler et al. 2018, arXiv 1801.04381). */

import { add, batchNormalization, conv2d, depthwiseConv2d, reLU, zeroPadding2d } from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { application } from './application.ts';
import { borderForStride2, channelsOf, multipleOf8 } from './blocks.ts';
import { SizedApplication } from './sized-application.ts';
import { type WeightsFile, weightsFile } from './weights-file.ts';

/** Groups of equal blocks: channels, how many, stride of the first. */
const GROUPS: readonly (readonly [number, number, number])[] = [
  [16, 1, 1],
  [24, 2, 2],
  [32, 3, 2],
  [64, 4, 2],
  [96, 3, 1],
  [160, 3, 2],
  [320, 1, 1],
];

const normalized = (x: SymbolicTensor, name: string): SymbolicTensor =>
  batchNormalization({ epsilon: 1e-3, momentum: 0.999, name }).apply(x);
const relu6 = (x: SymbolicTensor, name: string): SymbolicTensor => reLU({ maxValue: 6, name }).apply(x);

/** Each block widens the maps, convolves each channel by itself, and narrows them again without an activation. */
export class MobileNetV2 extends SizedApplication {
  static override readonly className = 'MobileNetV2';
  static override readonly preprocessing = 'tf';
  protected override readonly namesPooling = 'never';
  protected readonly alphas = [0.35, 0.5, 0.75, 1, 1.3, 1.4];
  protected readonly sizes = [96, 128, 160, 192, 224];

  protected get defaultName(): string {
    return `mobilenetv2_${this.alpha.toFixed(2)}_${this.size}`;
  }

  weightsFile(): WeightsFile | null {
    if (!this.alphas.includes(this.alpha)) return null;
    const factor = this.alpha === 1 ? '1.0' : this.alpha;
    const ending = this.includeTop ? '' : '_no_top';
    const name = `mobilenet_v2_weights_tf_dim_ordering_tf_kernels_${factor}_${this.size}${ending}.h5`;
    return weightsFile(`mobilenet_v2/${name}`, null);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    const { alpha } = this;
    const filters = multipleOf8(32 * alpha);
    let x = conv2d({
      ...{ filters, kernelSize: 3, strides: 2, padding: 'same', useBias: false, name: 'Conv1' },
    }).apply(images);
    x = relu6(normalized(x, 'bn_Conv1'), 'Conv1_relu');
    let index = 0;
    for (const [channels, blocks, stride] of GROUPS) {
      for (let i = 0; i < blocks; i++) x = this.#block(x, channels, i === 0 ? stride : 1, index++);
    }
    // As in the paper, the last maps get wider but not narrower.
    const last = alpha > 1 ? multipleOf8(1280 * alpha) : 1280;
    x = conv2d({ filters: last, kernelSize: 1, useBias: false, name: 'Conv_1' }).apply(x);
    return relu6(normalized(x, 'Conv_1_bn'), 'out_relu');
  }

  #block(inputs: SymbolicTensor, channels: number, stride: number, index: number): SymbolicTensor {
    const prefix = index === 0 ? 'expanded_conv' : `block_${index}`;
    const before = channelsOf(inputs);
    const after = multipleOf8(Math.trunc(channels * this.alpha));
    const pointwise = (from: SymbolicTensor, filters: number, name: string) =>
      normalized(
        conv2d({ filters, kernelSize: 1, padding: 'same', useBias: false, name }).apply(from),
        `${name}_BN`,
      );
    let x = inputs;
    if (index > 0) x = relu6(pointwise(x, 6 * before, `${prefix}_expand`), `${prefix}_expand_relu`);
    if (stride === 2) {
      x = zeroPadding2d({ padding: borderForStride2(x, 3), name: `${prefix}_pad` }).apply(x);
    }
    const padding = stride === 1 ? 'same' : 'valid';
    const name = `${prefix}_depthwise`;
    x = depthwiseConv2d({ kernelSize: 3, strides: stride, useBias: false, padding, name }).apply(x);
    x = relu6(normalized(x, `${name}_BN`), `${name}_relu`);
    x = pointwise(x, after, `${prefix}_project`);
    return before === after && stride === 1 ? add({ name: `${prefix}_add` }).apply([inputs, x]) : x;
  }
}

/** MobileNetV2: images of 224 × 224 (or 96, 128, 160, 192), pixels from -1 to 1. */
export const mobileNetV2 = application(MobileNetV2);

/** @file DenseNet-121 (Huang et al. 2016, arXiv 1608.06993). */

import {
  activation,
  averagePooling2d,
  batchNormalization,
  concatenate,
  conv2d,
  maxPooling2d,
  zeroPadding2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { channelsOf } from './blocks.ts';
import { kernelsFile, type WeightsFile } from './weights-file.ts';

/** How many convolutions each group has. */
const GROUPS = [6, 12, 24, 16];
/** Channels that each of them adds. */
const GROWTH = 32;

/** Normalized, then ReLU; `prefix` goes before `bn` and `relu`. */
function normalizedRelu(x: SymbolicTensor, prefix: string): SymbolicTensor {
  const normalized = batchNormalization({ axis: 3, epsilon: 1.001e-5, name: `${prefix}bn` }).apply(x);
  return activation({ activation: 'relu', name: `${prefix}relu` }).apply(normalized);
}

/** The inputs, and beside them the maps that a convolution makes of them. */
function block(inputs: SymbolicTensor, name: string): SymbolicTensor {
  let x = normalizedRelu(inputs, `${name}_0_`);
  x = conv2d({ filters: 4 * GROWTH, kernelSize: 1, useBias: false, name: `${name}_1_conv` }).apply(x);
  x = normalizedRelu(x, `${name}_1_`);
  const options = { filters: GROWTH, kernelSize: 3, padding: 'same', useBias: false } as const;
  x = conv2d({ ...options, name: `${name}_2_conv` }).apply(x);
  return concatenate({ axis: 3, name: `${name}_concat` }).apply([inputs, x]);
}

/** Half of the channels, and half of the height and width. */
function transition(inputs: SymbolicTensor, name: string): SymbolicTensor {
  const x = normalizedRelu(inputs, `${name}_`);
  const filters = Math.trunc(channelsOf(x) * 0.5);
  const halved = conv2d({ filters, kernelSize: 1, useBias: false, name: `${name}_conv` }).apply(x);
  return averagePooling2d({ poolSize: 2, strides: 2, name: `${name}_pool` }).apply(halved);
}

/** Each convolution sees the maps of all before it. */
export class DenseNet121 extends Application {
  static override readonly className = 'DenseNet121';
  static override readonly preprocessing = 'torch';
  protected readonly defaultName = 'densenet121';

  weightsFile(): WeightsFile {
    return kernelsFile('densenet', 'densenet121', this.includeTop, [
      '9d60b8095a5708f2dcce2bca79d332c7',
      '30ee3e1110167f948a6b9946edeeb738',
    ]);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = zeroPadding2d({ padding: 3 }).apply(images);
    x = conv2d({ filters: 64, kernelSize: 7, strides: 2, useBias: false, name: 'conv1_conv' }).apply(x);
    x = zeroPadding2d({ padding: 1 }).apply(normalizedRelu(x, 'conv1_'));
    x = maxPooling2d({ poolSize: 3, strides: 2, name: 'pool1' }).apply(x);
    GROUPS.forEach((blocks, i) => {
      if (i > 0) x = transition(x, `pool${i + 1}`);
      for (let k = 1; k <= blocks; k++) x = block(x, `conv${i + 2}_block${k}`);
    });
    return normalizedRelu(x, '');
  }
}

/** DenseNet-121: images of 224 × 224, pixels minus ImageNet's mean, over its deviation. */
export const densenet121 = application(DenseNet121);

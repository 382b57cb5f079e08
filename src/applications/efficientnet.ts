/** @file EfficientNet-B0 (Tan and Le 2019, arXiv 1905.11946). */

import { varianceScaling } from '../initializers/index.ts';
import {
  activation,
  add,
  batchNormalization,
  conv2d,
  dense,
  depthwiseConv2d,
  dropout,
  globalAveragePooling2d,
  multiply,
  normalization,
  rescaling,
  reshape,
  zeroPadding2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { Application, application } from './application.ts';
import { borderForStride2, channelsOf } from './blocks.ts';
import { efficientNetFile, type WeightsFile } from './weights-file.ts';

/** Groups of equal blocks: kernel, how many, channels, how much wider inside, stride of the first. */
const GROUPS: readonly (readonly [number, number, number, number, number])[] = [
  [3, 1, 16, 1, 1],
  [3, 2, 24, 6, 2],
  [5, 2, 40, 6, 2],
  [3, 3, 80, 6, 2],
  [5, 3, 112, 6, 1],
  [5, 4, 192, 6, 2],
  [3, 1, 320, 6, 1],
];

/** Fraction that is dropped before the classifier. */
const DROPOUT = 0.2;
/** Fraction of the samples for which the last block is left out; it is less for blocks before. */
const DROP_CONNECT = 0.2;
const DEVIATIONS = [0.229, 0.224, 0.225];

const kernelInitializer = () =>
  varianceScaling({ scale: 2, mode: 'fanOut', distribution: 'truncatedNormal' });
const denseInitializer = () => varianceScaling({ scale: 1 / 3, mode: 'fanOut', distribution: 'uniform' });

/** Normalized, then SiLU; names begin with `prefix`. */
function normalizedSwish(x: SymbolicTensor, prefix: string): SymbolicTensor {
  const normalized = batchNormalization({ axis: 3, name: `${prefix}bn` }).apply(x);
  return activation({ activation: 'swish', name: `${prefix}activation` }).apply(normalized);
}

function pointwise(x: SymbolicTensor, filters: number, name: string): SymbolicTensor {
  const options = { filters, kernelSize: 1, padding: 'same', useBias: false, name } as const;
  return conv2d({ ...options, kernelInitializer: kernelInitializer() }).apply(x);
}

/** Each channel by a factor from 0 to 1 that depends on all channels. */
function gated(inputs: SymbolicTensor, inside: number, name: string): SymbolicTensor {
  const channels = channelsOf(inputs);
  const conv = (x: SymbolicTensor, filters: number, act: 'swish' | 'sigmoid', end: string) =>
    conv2d({
      ...{ filters, kernelSize: 1, padding: 'same', activation: act, name: `${name}se_${end}` },
      kernelInitializer: kernelInitializer(),
    }).apply(x);
  let x = globalAveragePooling2d({ name: `${name}se_squeeze` }).apply(inputs);
  x = reshape({ targetShape: [1, 1, channels], name: `${name}se_reshape` }).apply(x);
  x = conv(conv(x, inside, 'swish', 'reduce'), channels, 'sigmoid', 'expand');
  return multiply({ name: `${name}se_excite` }).apply([inputs, x]);
}

interface Block {
  readonly kernelSize: number;
  readonly channels: number;
  readonly expansion: number;
  readonly strides: number;
  readonly dropRate: number;
  /** What the names of its layers begin with. */
  readonly name: string;
}

function block(inputs: SymbolicTensor, options: Block): SymbolicTensor {
  const { kernelSize, channels, expansion, strides, dropRate, name } = options;
  const before = channelsOf(inputs);
  let x = inputs;
  if (expansion !== 1) {
    x = normalizedSwish(pointwise(x, before * expansion, `${name}expand_conv`), `${name}expand_`);
  }
  if (strides === 2) {
    x = zeroPadding2d({ padding: borderForStride2(x, kernelSize), name: `${name}dwconv_pad` }).apply(x);
  }
  x = depthwiseConv2d({
    ...{
      kernelSize,
      strides,
      padding: strides === 2 ? 'valid' : 'same',
      useBias: false,
      name: `${name}dwconv`,
    },
    depthwiseInitializer: kernelInitializer(),
  }).apply(x);
  x = gated(normalizedSwish(x, name), Math.max(1, Math.trunc(before * 0.25)), name);
  x = pointwise(x, channels, `${name}project_conv`);
  x = batchNormalization({ axis: 3, name: `${name}project_bn` }).apply(x);
  if (strides !== 1 || before !== channels) return x;
  if (dropRate > 0) {
    x = dropout({ rate: dropRate, noiseShape: [null, 1, 1, 1], name: `${name}drop` }).apply(x);
  }
  return add({ name: `${name}add` }).apply([x, inputs]);
}

/** Blocks as in MobileNetV2 with gates, of a size that was found by search. It changes the pixels itself. */
export class EfficientNetB0 extends Application {
  static override readonly className = 'EfficientNetB0';
  protected readonly defaultName = 'efficientnetb0';

  weightsFile(): WeightsFile {
    return this.includeTop
      ? efficientNetFile('efficientnetb0.h5', '902e53a9f72be733fc0bcb005b3ebbac')
      : efficientNetFile('efficientnetb0_notop.h5', '50bc09e76180e00e4465e1a485ddc09d');
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    let x = normalization({ axis: 3 }).apply(rescaling({ scale: 1 / 255 }).apply(images));
    // The published weights were trained on images over the variance, where the layer divides by the deviation.
    if (this.pretrained) {
      x = rescaling({ scale: DEVIATIONS.map((deviation) => 1 / Math.sqrt(deviation)) }).apply(x);
    }
    x = zeroPadding2d({ padding: borderForStride2(x, 3), name: 'stem_conv_pad' }).apply(x);
    x = conv2d({
      ...{ filters: 32, kernelSize: 3, strides: 2, padding: 'valid', useBias: false, name: 'stem_conv' },
      kernelInitializer: kernelInitializer(),
    }).apply(x);
    x = this.#blocks(normalizedSwish(x, 'stem_'));
    return normalizedSwish(pointwise(x, 1280, 'top_conv'), 'top_');
  }

  #blocks(inputs: SymbolicTensor): SymbolicTensor {
    const total = GROUPS.reduce((sum, [, blocks]) => sum + blocks, 0);
    let x = inputs;
    let index = 0;
    GROUPS.forEach(([kernelSize, blocks, channels, expansion, stride], group) => {
      for (let i = 0; i < blocks; i++) {
        const name = `block${group + 1}${'abcd'[i]}_`;
        const dropRate = (DROP_CONNECT * index++) / total;
        x = block(x, { kernelSize, channels, expansion, strides: i === 0 ? stride : 1, dropRate, name });
      }
    });
    return x;
  }

  protected override top(features: SymbolicTensor): SymbolicTensor {
    const { classes: units, classifierActivation } = this;
    let x = globalAveragePooling2d({ name: 'avg_pool' }).apply(features);
    x = dropout({ rate: DROPOUT, name: 'top_dropout' }).apply(x);
    return dense({
      ...{ units, activation: classifierActivation, name: 'predictions' },
      kernelInitializer: denseInitializer(),
    }).apply(x);
  }
}

/** EfficientNet-B0: images of 224 × 224, pixels from 0 to 255. */
export const efficientNetB0 = application(EfficientNetB0);

/** @file MobileNet (Howard et al. 2017, arXiv 1704.04861). */

import { ValueError } from '../base/errors.ts';
import {
  activation,
  batchNormalization,
  conv2d,
  depthwiseConv2d,
  dropout,
  globalAveragePooling2d,
  reLU,
  reshape,
  zeroPadding2d,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { withOptions } from '../options/configurable.ts';
import { count, fraction } from '../options/kinds.ts';
import { application } from './application.ts';
import { SizedApplication } from './sized-application.ts';
import { type WeightsFile, weightsFile } from './weights-file.ts';

/** Channels and stride of the blocks. */
const BLOCKS: readonly (readonly [number, number])[] = [
  [64, 1],
  [128, 2],
  [128, 1],
  [256, 2],
  [256, 1],
  [512, 2],
  ...Array.from({ length: 5 }, () => [512, 1] as const),
  [1024, 2],
  [1024, 1],
];

/** Each block: a convolution in each channel by itself, and one of 1×1 over all channels. */
export class MobileNet extends withOptions(SizedApplication, {
  /** Outputs of each channel in the convolutions within channels. Default 1. */
  depthMultiplier: count(1),
  /** Fraction that is dropped before the classifier. Default 0.001. */
  dropout: fraction(0.001),
}) {
  static override readonly className = 'MobileNet';
  static override readonly preprocessing = 'tf';
  protected override readonly namesPooling = 'never';
  protected readonly alphas = [0.25, 0.5, 0.75, 1];
  protected readonly sizes = [128, 160, 192, 224];

  protected get defaultName(): string {
    return `mobilenet_${this.alpha.toFixed(2)}_${this.size}`;
  }

  protected override check(): void {
    super.check();
    if (!this.pretrained || this.depthMultiplier === 1) return;
    throw new ValueError(
      'MobileNet: if imagenet weights are being loaded, depth multiplier must be 1. Received: ' +
        `depthMultiplier=${this.depthMultiplier}.`,
    );
  }

  weightsFile(): WeightsFile | null {
    if (!this.alphas.includes(this.alpha)) return null;
    const factor = this.alpha === 1 ? '1_0' : (this.alpha * 10).toFixed(1).replace('.', '_');
    const ending = this.includeTop ? '' : '_no_top';
    return weightsFile(`mobilenet/mobilenet_${factor}_${this.size}_tf${ending}.h5`, null);
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    const filters = Math.trunc(32 * this.alpha);
    const first = conv2d({
      ...{ filters, kernelSize: 3, strides: 2, padding: 'same', useBias: false, name: 'conv1' },
    }).apply(images);
    return BLOCKS.reduce(
      (x, [channels, stride], i) => this.#block(x, channels, stride, i + 1),
      this.#relu(first, 'conv1'),
    );
  }

  #relu(x: SymbolicTensor, name: string): SymbolicTensor {
    return reLU({ maxValue: 6, name: `${name}_relu` }).apply(
      batchNormalization({ name: `${name}_bn` }).apply(x),
    );
  }

  #block(inputs: SymbolicTensor, channels: number, stride: number, index: number): SymbolicTensor {
    const { depthMultiplier, alpha } = this;
    const padding = stride === 1 ? 'same' : 'valid';
    const border: [[number, number], [number, number]] = [
      [0, 1],
      [0, 1],
    ];
    let x =
      stride === 1 ? inputs : zeroPadding2d({ padding: border, name: `conv_pad_${index}` }).apply(inputs);
    x = depthwiseConv2d({
      ...{
        kernelSize: 3,
        padding,
        depthMultiplier,
        strides: stride,
        useBias: false,
        name: `conv_dw_${index}`,
      },
    }).apply(x);
    x = this.#relu(x, `conv_dw_${index}`);
    const filters = Math.trunc(channels * alpha);
    const name = `conv_pw_${index}`;
    x = conv2d({ filters, kernelSize: 1, padding: 'same', useBias: false, name }).apply(x);
    return this.#relu(x, name);
  }

  protected override top(features: SymbolicTensor): SymbolicTensor {
    const { classes, classifierActivation } = this;
    let x = globalAveragePooling2d({ keepdims: true }).apply(features);
    x = dropout({ rate: this.dropout, name: 'dropout' }).apply(x);
    x = conv2d({ filters: classes, kernelSize: 1, padding: 'same', name: 'conv_preds' }).apply(x);
    x = reshape({ targetShape: [classes], name: 'reshape_2' }).apply(x);
    return activation({ activation: classifierActivation, name: 'predictions' }).apply(x);
  }
}

/** MobileNet: images of 224 × 224 (or 128, 160, 192), pixels from -1 to 1. */
export const mobileNet = application(MobileNet);

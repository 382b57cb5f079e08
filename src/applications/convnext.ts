/** @file ConvNeXt, tiny (Liu et al. 2022, arXiv 2201.03545). */

import {
  activation,
  conv2d,
  dense,
  globalAveragePooling2d,
  layerNormalization,
  layerScale,
  normalization,
} from '../layers/index.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import { sequential } from '../models/sequential.ts';
import { add } from '../operations/index.ts';
import { withOptions } from '../options/configurable.ts';
import { flag } from '../options/kinds.ts';
import { Application, application } from './application.ts';
import { channelsOf } from './blocks.ts';
import { type WeightsFile, weightsFile } from './weights-file.ts';

/** Channels and blocks of the stages. */
const STAGES: readonly (readonly [number, number])[] = [
  [96, 3],
  [192, 3],
  [384, 9],
  [768, 3],
];

const EPSILON = 1e-6;
/** The layers' names begin with it, whatever the model's name. */
const NAME = 'convnext_tiny';
const MEANS = [0.485 * 255, 0.456 * 255, 0.406 * 255];
const VARIANCES = [(0.229 * 255) ** 2, (0.224 * 255) ** 2, (0.225 * 255) ** 2];

/** Convolutions of 7×7 within channels, and two dense layers for each pixel, beside a shortcut. It changes the pixels itself. */
export class ConvNeXtTiny extends withOptions(Application, {
  /** Whether the model takes mean and deviation of ImageNet's pixels off itself. Default true. */
  includePreprocessing: flag(true),
}) {
  static override readonly className = 'ConvNeXtTiny';
  protected readonly defaultName = NAME;
  protected override readonly namesPooling = 'never';

  weightsFile(): WeightsFile {
    return this.includeTop
      ? weightsFile(
          'convnext/convnext_tiny.h5',
          '8ae6e78ce2933352b1ef4008e6dd2f17bc40771563877d156bc6426c7cf503ff',
        )
      : weightsFile(
          'convnext/convnext_tiny_notop.h5',
          'd547c096cabd03329d7be5562c5e14798aa39ed24b474157cef5e85ab9e49ef1',
        );
  }

  /** What the names of layers begin with. */
  get #prefix(): string {
    return this.name ?? NAME;
  }

  protected features(images: SymbolicTensor): SymbolicTensor {
    const normalized = this.includePreprocessing && channelsOf(images) === 3;
    const stages = this.#changesOfSize();
    let x = images;
    if (normalized) {
      const name = `${this.#prefix}_prestem_normalization`;
      x = normalization({ mean: MEANS, variance: VARIANCES, name }).apply(x);
    }
    STAGES.forEach(([, blocks], stage) => {
      x = stages[stage]!.apply(x);
      for (let i = 0; i < blocks; i++) x = this.#block(x, `${this.#prefix}_stage_${stage}_block_${i}`);
    });
    return x;
  }

  /** What makes the maps smaller before each stage. */
  #changesOfSize() {
    const prefix = this.#prefix;
    return STAGES.map(([filters], i) => {
      if (i === 0) {
        const stem = conv2d({ filters, kernelSize: 4, strides: 4, name: `${prefix}_stem_conv` });
        const norm = layerNormalization({ epsilon: EPSILON, name: `${prefix}_stem_layernorm` });
        return sequential({ layers: [stem, norm], name: `${prefix}_stem` });
      }
      const name = `${prefix}_downsampling`;
      const norm = layerNormalization({ epsilon: EPSILON, name: `${name}_layernorm_${i - 1}` });
      const halve = conv2d({ filters, kernelSize: 2, strides: 2, name: `${name}_conv_${i - 1}` });
      return sequential({ layers: [norm, halve], name: `${name}_block_${i - 1}` });
    });
  }

  #block(inputs: SymbolicTensor, name: string): SymbolicTensor {
    const channels = channelsOf(inputs);
    let x = conv2d({
      ...{
        filters: channels,
        kernelSize: 7,
        padding: 'same',
        groups: channels,
        name: `${name}_depthwise_conv`,
      },
    }).apply(inputs);
    x = layerNormalization({ epsilon: EPSILON, name: `${name}_layernorm` }).apply(x);
    x = dense({ units: 4 * channels, name: `${name}_pointwise_conv_1` }).apply(x);
    x = activation({ activation: 'gelu', name: `${name}_gelu` }).apply(x);
    x = dense({ units: channels, name: `${name}_pointwise_conv_2` }).apply(x);
    x = layerScale({ initValues: 1e-6, projectionDim: channels, name: `${name}_layer_scale` }).apply(x);
    return add(inputs, activation({ activation: 'linear', name: `${name}_identity` }).apply(x));
  }

  protected override top(features: SymbolicTensor): SymbolicTensor {
    const { classes: units, classifierActivation } = this;
    const name = `${this.#prefix}_head`;
    let x = globalAveragePooling2d({ name: `${name}_gap` }).apply(features);
    x = layerNormalization({ epsilon: EPSILON, name: `${name}_layernorm` }).apply(x);
    return dense({ units, activation: classifierActivation, name: `${name}_dense` }).apply(x);
  }

  protected override pooled(features: SymbolicTensor): SymbolicTensor {
    return layerNormalization({ epsilon: EPSILON }).apply(super.pooled(features));
  }
}

/** ConvNeXt, tiny: images of 224 × 224, pixels from 0 to 255. */
export const convNeXtTiny = application(ConvNeXtTiny);

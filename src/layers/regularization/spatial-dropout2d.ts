/** @file SpatialDropout2D (Tompson et al. 2014, arXiv 1411.4280; Keras' `spatial_dropout.py`): dropout of whole channels. */

import type { Config } from '../../base/config.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { fraction, seed } from '../../options/kinds.ts';
import { IMAGES } from '../input-spec.ts';
import { type CallContext, Layer } from '../layer.ts';
import { dataFormat } from '../layer-options.ts';
import { drop } from './drop.ts';

/** [batch, height, width, channels]; the shape stays. */
export class SpatialDropout2D extends withOptions(Layer, {
  /** Fraction of the channels to drop, 0 to 1. */
  rate: fraction().formerly('p'),
  /** A whole number: the same channels are dropped in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
  /** Only 'channelsLast': [batch, height, width, channels]. Default 'channelsLast'. */
  dataFormat: dataFormat(),
}) {
  static override readonly className = 'SpatialDropout2D';
  protected override inputSpec = IMAGES;

  override call([x]: readonly Node[], context: CallContext): Node {
    const shape = [null, 1, 1, x!.shape[3]!];
    return drop(x!, { noise: { shape, shared: false }, rate: this.rate, seed: this.seed }, context);
  }

  /** Keras' class takes no `trainable`, and writes its type as a name. */
  override getConfig(): Config {
    const { trainable: _, ...config } = super.getConfig();
    return { ...config, dtype: this.dtype };
  }
}

/** Random channels of zeros while training. */
export const spatialDropout2d = factory(SpatialDropout2D);

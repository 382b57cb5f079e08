/** @file GaussianNoise: while training, normally distributed numbers are added (Keras' `gaussian_noise.py`). */

import type { Node } from '../../graph/node.ts';
import { add, constant, mul } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { fraction, seed } from '../../options/kinds.ts';
import { type CallContext, Layer } from '../layer.ts';

/** x plus numbers of mean 0, new ones in each step. The shape stays. */
export class GaussianNoise extends withOptions(Layer, {
  /** The standard deviation of the noise, 0 to 1. */
  stddev: fraction().formerly('sigma'),
  /** A whole number: the same noise in every run. Default null: it follows `utils.setRandomSeed`. */
  seed: seed(),
}) {
  static override readonly className = 'GaussianNoise';

  override call([x]: readonly Node[], context: CallContext): Node {
    if (!context.training || this.stddev === 0) return x!;
    return add(x!, mul(context.randomNormal(x!.shape, this.seed), constant(this.stddev)));
  }
}

/** Normally distributed numbers added while training. */
export const gaussianNoise = factory(GaussianNoise);

/** @file Dropout (Srivastava et al. 2014): while training, numbers are set to 0 at random and the others scaled up. */

import type { Node } from '../graph/node.ts';
import { broadcastTo, constant, greaterEqual, mul } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { fraction, seed, unsupported } from '../options/kinds.ts';
import { type CallContext, Layer } from './layer.ts';

/** The shape stays. The expected sum stays too, since the kept numbers are divided by 1 - rate. */
export class Dropout extends withOptions(Layer, {
  /** Fraction of the numbers to drop, 0 to 1. */
  rate: fraction().formerly('p'),
  /** A whole number: the same numbers are dropped in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
  noiseShape: unsupported(),
}) {
  static override readonly className = 'Dropout';

  override call([x]: readonly Node[], context: CallContext): Node {
    if (!context.training || this.rate === 0) return x!;
    if (this.rate === 1) return broadcastTo(constant(0), x!.shape);
    const kept = greaterEqual(context.random(x!.shape, this.seed), constant(this.rate));
    return mul(x!, mul(kept, constant(1 / (1 - this.rate))));
  }
}

/** Random zeros while training. */
export const dropout = factory(Dropout);

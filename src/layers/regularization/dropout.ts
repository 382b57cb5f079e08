/** @file Dropout (Srivastava et al. 2014): while training, numbers are set to 0 at random and the others scaled up. */

import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { fraction, seed } from '../../options/kinds.ts';
import { type CallContext, Layer } from '../layer.ts';
import { drop, noiseOf, noiseShape } from './drop.ts';

/** The shape stays. The expected sum stays too, since the kept numbers are divided by 1 - rate. */
export class Dropout extends withOptions(Layer, {
  /** Fraction of the numbers to drop, 0 to 1. */
  rate: fraction().formerly('p'),
  /** A whole number: the same numbers are dropped in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
  /**
   * Extents of the random choices, 1 along axes where they are the same: [null, 1, 1, null] drops whole channels of images.
   * Default null: those of the input.
   */
  noiseShape: noiseShape(),
}) {
  static override readonly className = 'Dropout';

  /** Throws ShapeError when `noiseShape` does not fit the input. */
  override call([x]: readonly Node[], context: CallContext): Node {
    const { rate, seed } = this;
    return drop(x!, { noise: noiseOf(this.name, x!.shape, this.noiseShape), rate, seed }, context);
  }
}

/** Random zeros while training. */
export const dropout = factory(Dropout);

/**
 * @file AlphaDropout (Klambauer et al. 2017, arXiv 1706.02515; Keras' `alpha_dropout.py`): dropout for networks with selu,
 * which keeps mean 0 and variance 1.
 */

import type { Node } from '../../graph/node.ts';
import { add, constant, mul, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number, seed } from '../../options/kinds.ts';
import { type CallContext, Layer } from '../layer.ts';
import { kept, noiseOf, noiseShape } from './drop.ts';

/** What selu approaches far below 0. */
const LOWEST = -1.6732632423543772 * 1.0507009873554805;

/** Random numbers become what selu gives far below 0; then all are scaled and moved. The shape stays. */
export class AlphaDropout extends withOptions(Layer, {
  /** Fraction of the numbers to drop, from 0 up to but without 1. */
  rate: number(undefined, { atLeast: 0, below: 1 }).formerly('p'),
  /** A whole number: the same numbers are dropped in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
  /** Extents of the random choices, 1 along axes where they are the same. Default null: those of the input. */
  noiseShape: noiseShape(),
}) {
  static override readonly className = 'AlphaDropout';

  /** Throws ShapeError when `noiseShape` does not fit the input. */
  override call([x]: readonly Node[], context: CallContext): Node {
    const { rate, seed } = this;
    const noise = noiseOf(this.name, x!.shape, this.noiseShape);
    if (!context.training || rate === 0) return x!;
    const scale = ((1 - rate) * (1 + rate * LOWEST ** 2)) ** -0.5;
    const mixed = where(kept(noise, rate, seed, context), x!, constant(LOWEST));
    return add(mul(constant(scale), mixed), constant(-scale * LOWEST * rate));
  }
}

/** Dropout for networks with selu. */
export const alphaDropout = factory(AlphaDropout);

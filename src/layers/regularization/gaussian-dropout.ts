/** @file GaussianDropout (Srivastava et al. 2014, section 10; Keras' `gaussian_dropout.py`): factors around 1 while training. */

import type { Node } from '../../graph/node.ts';
import { add, constant, mul } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number, seed } from '../../options/kinds.ts';
import { type CallContext, Layer } from '../layer.ts';

/** x times normally distributed factors of mean 1 and deviation √(rate / (1 - rate)), as dropout has. The shape stays. */
export class GaussianDropout extends withOptions(Layer, {
  /** The rate of the dropout whose mean and deviation the factors have, from 0 up to but without 1. */
  rate: number(undefined, { atLeast: 0, below: 1 }).formerly('p'),
  /** A whole number: the same factors in every run. Default null: they follow `utils.setRandomSeed`. */
  seed: seed(),
}) {
  static override readonly className = 'GaussianDropout';

  override call([x]: readonly Node[], context: CallContext): Node {
    if (!context.training || this.rate === 0) return x!;
    const stddev = constant(Math.sqrt(this.rate / (1 - this.rate)));
    return mul(x!, add(constant(1), mul(context.randomNormal(x!.shape, this.seed), stddev)));
  }
}

/** Random factors around 1 while training. */
export const gaussianDropout = factory(GaussianDropout);

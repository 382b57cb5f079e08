/** @file Adagrad (Duchi et al. 2011; Keras' `adagrad.py`): steps divided by the root of all squared gradients so far. */

import { add, constant, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/** a ← a + g², w ← w - rate · g / sqrt(a + epsilon). */
export class Adagrad extends withOptions(Optimizer, {
  /** The sum of squares at the start. Default 0.1. */
  initialAccumulatorValue: number(0.1, { atLeast: 0 }),
  /** Added under the square root. Default 1e-7. */
  epsilon: number(1e-7, { atLeast: 0 }),
}) {
  static override readonly className = 'Adagrad';

  protected override slots(): readonly Slots[] {
    return [{ accumulator: this.initialAccumulatorValue }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const accumulator = add(slot('accumulator'), square(gradient));
    const move = div(mul(rate, gradient), sqrt(add(accumulator, constant(this.epsilon))));
    return { accumulator, weight: sub(weight, move) };
  }
}

/** Steps divided by the root of all squared gradients so far. */
export const adagrad = factory(Adagrad);

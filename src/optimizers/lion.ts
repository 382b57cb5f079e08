/** @file Lion (Chen et al. 2023; Keras' `lion.py`): steps of one size, in the direction of the momentum's sign. */

import { add, constant, mul, sign, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { fraction, number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/** w ← w - rate · sign(beta1 · m + (1 - beta1) · g), m ← beta2 · m + (1 - beta2) · g. */
export class Lion extends withOptions(Optimizer, {
  /** How much of the momentum is in the step's direction, above 0 up to 1. Default 0.9. */
  beta1: number(0.9, { above: 0, atMost: 1 }),
  /** How slowly the momentum forgets, 0 to 1. Default 0.99. */
  beta2: fraction(0.99),
}) {
  static override readonly className = 'Lion';

  protected override slots(): readonly Slots[] {
    return [{ momentum: 0 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    // Keras takes 1 - beta as float32 has beta.
    const mixed = (beta: number) =>
      add(mul(slot('momentum'), constant(beta)), mul(gradient, constant(1 - Math.fround(beta))));
    return { momentum: mixed(this.beta2), weight: sub(weight, mul(rate, sign(mixed(this.beta1)))) };
  }
}

/** Steps of one size, in the direction of the momentum's sign. */
export const lion = factory(Lion);

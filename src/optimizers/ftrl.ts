/** @file FTRL-Proximal (McMahan et al. 2013; Keras' `ftrl.py`): for sparse models, with l1 and l2 penalties of its own. */

import type { Node } from '../graph/node.ts';
import { add, constant, div, exp, log, maximum, minimum, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/**
 * With p = -learningRatePower: n' = n + g², z ← z + g + 2 · l2Shrinkage · w - (n'^p - n^p) / rate · w,
 * w ← (clip(z, -l1, l1) - z) / (n'^p / rate + 2 · l2 + beta / rate), n ← n'.
 */
export class Ftrl extends withOptions(Optimizer, {
  /** How the rate falls with the squared gradients; 0 leaves it as it is. Default -0.5. */
  learningRatePower: number(-0.5, { atMost: 0 }),
  /** The sum of squared gradients at the start. Default 0.1. */
  initialAccumulatorValue: number(0.1, { atLeast: 0 }),
  /** Penalty for the weights' magnitudes. Default 0. */
  l1RegularizationStrength: number(0, { atLeast: 0 }),
  /** Penalty for their squares. Default 0. */
  l2RegularizationStrength: number(0, { atLeast: 0 }),
  /** Penalty for their squares that acts through the gradient. Default 0. */
  l2ShrinkageRegularizationStrength: number(0, { atLeast: 0 }),
  /** Makes the first steps smaller. Default 0. */
  beta: number(0),
}) {
  static override readonly className = 'Ftrl';

  protected override slots(): readonly Slots[] {
    return [{ accumulator: this.initialAccumulatorValue, linear: 0 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const accumulator = add(slot('accumulator'), square(gradient));
    const [before, after] = [this.#power(slot('accumulator')), this.#power(accumulator)];
    const shrinking = mul(constant(2 * this.l2ShrinkageRegularizationStrength), weight);
    const falling = mul(div(sub(after, before), rate), weight);
    const linear = add(slot('linear'), sub(add(gradient, shrinking), falling));
    const l2 = add(constant(2 * this.l2RegularizationStrength), div(constant(this.beta), rate));
    const limit = this.l1RegularizationStrength;
    const clipped = minimum(maximum(linear, constant(-limit)), constant(limit));
    return { accumulator, linear, weight: div(sub(clipped, linear), add(div(after, rate), l2)) };
  }

  /** `value`, which is not negative, to the power of -learningRatePower. */
  #power(value: Node): Node {
    const power = -this.learningRatePower;
    if (power === 0) return constant(1);
    return power === 0.5 ? sqrt(value) : exp(mul(log(value), constant(power)));
  }
}

/** For sparse models, with penalties of its own. */
export const ftrl = factory(Ftrl);

/** @file LAMB (You et al. 2019, arXiv 1904.00962; Keras' `lamb.py`): Adam's steps, as long as the weights they change. */

import {
  add,
  constant,
  div,
  equal,
  greater,
  logicalAnd,
  mul,
  sqrt,
  square,
  sub,
  sum,
  where,
} from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { ADAM_OPTIONS, meanWeight, runningMean } from './adam.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/**
 * m and v as in Adam, u = m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon), w ← w - rate · |w| / |u| · u; where one
 * of the lengths is 0, w ← w - rate · u.
 */
export class Lamb extends withOptions(Optimizer, ADAM_OPTIONS) {
  static override readonly className = 'Lamb';
  readonly #momentumWeight = this.scalar('momentum_weight', ({ update }) => meanWeight(this.beta1, update));
  readonly #velocityWeight = this.scalar('velocity_weight', ({ update }) => meanWeight(this.beta2, update));

  protected override slots(): readonly Slots[] {
    return [{ momentum: 0, velocity: 0 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const momentum = runningMean(slot('momentum'), gradient, this.beta1);
    const velocity = runningMean(slot('velocity'), square(gradient), this.beta2);
    const size = add(sqrt(div(velocity, this.#velocityWeight)), constant(this.epsilon));
    const direction = div(div(momentum, this.#momentumWeight), size);
    const [weightNorm, norm] = [sqrt(sum(square(weight))), sqrt(sum(square(direction)))];
    const zero = constant(0);
    const both = logicalAnd(greater(weightNorm, zero), greater(norm, zero));
    const ratio = where(both, div(weightNorm, add(norm, equal(norm, zero))), constant(1));
    return { momentum, velocity, weight: sub(weight, mul(mul(ratio, rate), direction)) };
  }
}

/** Adam's steps, as long as the weights they change: for large batches. */
export const lamb = factory(Lamb);

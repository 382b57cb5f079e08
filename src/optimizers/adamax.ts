/** @file Adamax (Kingma & Ba 2015, section 7; Keras' `adamax.py`): Adam with the largest gradient for the root mean square. */

import { abs, add, constant, div, maximum, mul, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { ADAM_OPTIONS, meanWeight, runningMean } from './adam.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/** m as in Adam, u ← max(beta2 · u, |g|), w ← w - rate / (1 - beta1^t) · m / (u + epsilon). */
export class Adamax extends withOptions(Optimizer, ADAM_OPTIONS) {
  static override readonly className = 'Adamax';
  readonly #alpha = this.scalar('alpha', ({ rate, update }) => rate / meanWeight(this.beta1, update));

  protected override slots(): readonly Slots[] {
    return [{ momentum: 0, norm: 0 }];
  }

  protected override rule({ weight, gradient, slot }: RuleInput): RuleResult {
    const momentum = runningMean(slot('momentum'), gradient, this.beta1);
    const norm = maximum(mul(constant(this.beta2), slot('norm')), abs(gradient));
    const move = div(mul(this.#alpha, momentum), add(norm, constant(this.epsilon)));
    return { momentum, norm, weight: sub(weight, move) };
  }
}

/** Adam with the largest gradient in place of the root mean square. */
export const adamax = factory(Adamax);

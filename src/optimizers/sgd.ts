/** @file Stochastic gradient descent, with momentum and Nesterov's variant (Keras' `sgd.py`; Sutskever et al. 2013). */

import { add, constant, mul, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, fraction } from '../options/kinds.ts';
import { learningRate } from '../schedules/registry.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/** w ← w - rate · g, or with momentum: m ← momentum · m - rate · g, w ← w + m. */
export class SGD extends withOptions(Optimizer, {
  /** The step size, or a schedule of it. Default 0.01. */
  learningRate: learningRate(0.01),
  /** The part of the last change that is added to the next one, 0 to 1. Default 0. */
  momentum: fraction(0),
  /** Look ahead along the momentum. Default false. */
  nesterov: flag(false),
}) {
  static override readonly className = 'SGD';

  protected override slots(): readonly Slots[] {
    return this.momentum === 0 ? [] : [{ momentum: 0 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const change = mul(gradient, rate);
    if (this.momentum === 0) return { weight: sub(weight, change) };
    const factor = constant(this.momentum);
    const momentum = sub(mul(slot('momentum'), factor), change);
    const move = this.nesterov ? sub(mul(momentum, factor), change) : momentum;
    return { momentum, weight: add(weight, move) };
  }
}

/** Stochastic gradient descent, with momentum if wanted. */
export const sgd = factory(SGD);

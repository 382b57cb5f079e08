/** @file RMSprop (Hinton 2012, lecture 6e; Keras' `rmsprop.py`): steps divided by the gradient's running magnitude. */

import type { Node } from '../graph/node.ts';
import { add, constant, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, fraction, number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/** v ← rho · v + (1 - rho) · g², w ← w - rate · g / sqrt(v + epsilon). */
export class RMSprop extends withOptions(Optimizer, {
  /** How slowly the running means forget, 0 to 1. Default 0.9. */
  rho: fraction(0.9),
  /** The part of the last change that is added to the next one, 0 to 1. Default 0. */
  momentum: fraction(0),
  /** Added under the square root. Default 1e-7. */
  epsilon: number(1e-7, { atLeast: 0 }),
  /** Divide by the standard deviation instead of the root mean square. Default false. */
  centered: flag(false),
}) {
  static override readonly className = 'RMSprop';

  protected override slots(): readonly Slots[] {
    return [
      { velocity: 0 },
      ...(this.momentum > 0 ? [{ momentum: 0 }] : []),
      ...(this.centered ? [{ averageGradient: 0 }] : []),
    ];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const mean = (old: Node, value: Node) =>
      add(mul(constant(this.rho), old), mul(constant(1 - this.rho), value));
    const velocity = mean(slot('velocity'), square(gradient));
    const averageGradient = this.centered ? mean(slot('averageGradient'), gradient) : null;
    const variance = averageGradient === null ? velocity : sub(velocity, square(averageGradient));
    const step = div(mul(rate, gradient), sqrt(add(variance, constant(this.epsilon))));
    const momentum = this.momentum > 0 ? add(mul(constant(this.momentum), slot('momentum')), step) : null;
    return {
      velocity,
      ...(averageGradient === null ? {} : { averageGradient }),
      ...(momentum === null ? {} : { momentum }),
      weight: sub(weight, momentum ?? step),
    };
  }
}

/** Steps divided by the gradient's running magnitude. */
export const rmsprop = factory(RMSprop);

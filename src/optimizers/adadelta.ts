/** @file Adadelta (Zeiler 2012; Keras' `adadelta.py`): steps in the weights' own unit, from running magnitudes. */

import type { Node } from '../graph/node.ts';
import { add, constant, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { fraction, number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/** With rms(x) = sqrt(running mean of x² + epsilon): d = g · rms(d) / rms(g), w ← w - rate · d. */
export class Adadelta extends withOptions(Optimizer, {
  /** How slowly the running means forget, 0 to 1. Default 0.95. */
  rho: fraction(0.95),
  /** Added under the square roots. Default 1e-7. */
  epsilon: number(1e-7, { atLeast: 0 }),
}) {
  static override readonly className = 'Adadelta';

  protected override slots(): readonly Slots[] {
    return [{ accumulatedGrad: 0, accumulatedDeltaVar: 0 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    const mean = (old: Node, value: Node) =>
      add(mul(constant(this.rho), old), mul(constant(1 - this.rho), square(value)));
    const root = (value: Node) => sqrt(add(value, constant(this.epsilon)));
    const accumulatedGrad = mean(slot('accumulatedGrad'), gradient);
    const move = div(mul(root(slot('accumulatedDeltaVar')), gradient), root(accumulatedGrad));
    const accumulatedDeltaVar = mean(slot('accumulatedDeltaVar'), move);
    return { accumulatedGrad, accumulatedDeltaVar, weight: sub(weight, mul(rate, move)) };
  }
}

/** Steps in the weights' own unit, from running magnitudes. */
export const adadelta = factory(Adadelta);

/** @file Adam (Kingma & Ba 2015) and its AMSGrad variant (Reddi et al. 2018), as in Keras' `adam.py`. */

import type { Node } from '../graph/node.ts';
import { add, constant, div, maximum, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, number } from '../options/kinds.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots, StepMoment } from './transform.ts';

/** Options of Adam and its relatives. */
export const ADAM_OPTIONS = {
  /** How slowly the gradient's running mean forgets, 0 up to 1. Default 0.9. */
  beta1: number(0.9, { atLeast: 0, below: 1 }),
  /** How slowly the running mean of its square forgets, 0 up to 1. Default 0.999. */
  beta2: number(0.999, { atLeast: 0, below: 1 }),
  /** Added to the square root. Default 1e-7. */
  epsilon: number(1e-7, { atLeast: 0 }),
};

/** The running mean after `value`. */
export function runningMean(old: Node, value: Node, beta: number): Node {
  return add(old, mul(sub(value, old), constant(1 - beta)));
}

/**
 * 1 - beta^times: the sum of the factors in a running mean of that many values. Keras uses beta rounded to float32,
 * which changes the first steps by 6.5e-6 of their length.
 */
export function meanWeight(beta: number, times: number): number {
  return 1 - Math.fround(beta) ** times;
}

/**
 * m ← m + (1 - beta1)(g - m), v ← v + (1 - beta2)(g² - v), w ← w - m · alpha / (sqrt(v) + epsilon), where alpha is
 * rate · sqrt(1 - beta2^t) / (1 - beta1^t) in step t.
 */
export class Adam extends withOptions(Optimizer, {
  ...ADAM_OPTIONS,
  /** Divide by the largest running mean of squares so far. Default false. */
  amsgrad: flag(false),
}) {
  static override readonly className = 'Adam';
  /** This number is the same for all weights of a step, so the host computes it. */
  readonly #alpha = this.scalar('alpha', ({ rate, update }: StepMoment) => {
    return rate * (Math.sqrt(meanWeight(this.beta2, update)) / meanWeight(this.beta1, update));
  });

  protected override slots(): readonly Slots[] {
    return [{ momentum: 0, velocity: 0 }, ...(this.amsgrad ? [{ velocityHat: 0 }] : [])];
  }

  protected override rule({ weight, gradient, slot }: RuleInput): RuleResult {
    const momentum = runningMean(slot('momentum'), gradient, this.beta1);
    const velocity = runningMean(slot('velocity'), square(gradient), this.beta2);
    const largest = this.amsgrad ? maximum(slot('velocityHat'), velocity) : velocity;
    const move = div(mul(momentum, this.#alpha), add(sqrt(largest), constant(this.epsilon)));
    return {
      ...{ momentum, velocity },
      ...(this.amsgrad ? { velocityHat: largest } : {}),
      weight: sub(weight, move),
    };
  }
}

/** Running means of the gradient and of its square. */
export const adam = factory(Adam);

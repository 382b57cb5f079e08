/** @file Nadam (Dozat 2015; Keras' `nadam.py`): Adam that looks ahead along the momentum. */

import { add, constant, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { unsupported } from '../options/kinds.ts';
import { ADAM_OPTIONS, meanWeight, runningMean } from './adam.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import { hostVariable, type OptimizerVariable } from './state.ts';
import type { Slots } from './transform.ts';

/**
 * With u(t) = beta1 · (1 - 0.5 · 0.96^t) and p(t) = u(1) · … · u(t), in step t: m and v as in Adam,
 * w ← w - rate · (u(t+1) · m / (1 - p(t+1)) + (1 - u(t)) · g / (1 - p(t))) / (sqrt(v / (1 - beta2^t)) + epsilon).
 */
export class Nadam extends withOptions(Optimizer, {
  ...ADAM_OPTIONS,
  // Keras 2's Nadam has another momentum schedule under this name.
  decay: unsupported(0).notInConfig(),
}) {
  static override readonly className = 'Nadam';
  #product = { of: 0, value: 1 };
  readonly #momentumFactor = this.scalar('momentum_factor', ({ update }) => {
    return this.#u(update + 1) / (1 - this.#productOf(update) * this.#u(update + 1));
  });
  readonly #gradientFactor = this.scalar('gradient_factor', ({ update }) => {
    return (1 - this.#u(update)) / (1 - this.#productOf(update));
  });
  readonly #velocityWeight = this.scalar('velocity_weight', ({ update }) => meanWeight(this.beta2, update));

  /** With p(t) as the last variable: Keras keeps it in files. Here it follows from the number of steps done. */
  override get variables(): readonly OptimizerVariable[] {
    if (!this.built) return super.variables;
    const product = hostVariable({
      name: `${this.name}/u_product`,
      dtype: 'float32',
      get: () => this.#productOf(this.iterations),
      check: () => {},
      set: () => {},
    });
    return [...super.variables, product];
  }

  protected override slots(): readonly Slots[] {
    return [{ momentum: 0, velocity: 0 }];
  }

  protected override rule({ weight, gradient, rate, slot }: RuleInput): RuleResult {
    // Here Keras computes 1 - beta with beta rounded to float32, unlike in Adam.
    const momentum = runningMean(slot('momentum'), gradient, Math.fround(this.beta1));
    const velocity = runningMean(slot('velocity'), square(gradient), Math.fround(this.beta2));
    const ahead = add(mul(momentum, this.#momentumFactor), mul(gradient, this.#gradientFactor));
    const size = add(sqrt(div(velocity, this.#velocityWeight)), constant(this.epsilon));
    return { momentum, velocity, weight: sub(weight, div(mul(ahead, rate), size)) };
  }

  #u(step: number): number {
    return Math.fround(this.beta1) * (1 - 0.5 * Math.fround(0.96) ** step);
  }

  #productOf(step: number): number {
    if (step < this.#product.of) this.#product = { of: 0, value: 1 };
    let { value } = this.#product;
    for (let i = this.#product.of + 1; i <= step && value > 0; i++) value *= this.#u(i);
    this.#product = { of: step, value };
    return value;
  }
}

/** Adam that looks ahead along the momentum. */
export const nadam = factory(Nadam);

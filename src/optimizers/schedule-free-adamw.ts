/**
 * @file Schedule-free AdamW (Defazio et al. 2024, arXiv 2405.15682; Keras' `schedule_free_adamw.py`): gradients are taken
 * between a fast sequence and the mean of all its points, so that no schedule has to end.
 */

import { add, constant, div, mul, sqrt, square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, number } from '../options/kinds.ts';
import { learningRate } from '../schedules/registry.ts';
import { meanWeight, runningMean } from './adam.ts';
import { Optimizer, type RuleInput, type RuleResult } from './optimizer.ts';
import type { Slots } from './transform.ts';

/**
 * With the weights y = (1 - beta1) · z + beta1 · x: v as in Adam, z ← z - rate · g / (sqrt(v / (1 - beta2^t)) + epsilon),
 * x ← x + (z - x) / t. The slot `momentum` is z and starts as the weights. So do the paper and Keras with JAX; with TensorFlow
 * Keras takes the new z where x follows from y and the old one.
 */
export class ScheduleFreeAdamW extends withOptions(Optimizer, {
  /** The step size, or a schedule of it. Default 0.0025. */
  learningRate: learningRate(0.0025),
  /** How near to the mean of all points gradients are taken, above 0 and below 1. Default 0.9. */
  beta1: number(0.9, { above: 0, below: 1 }),
  /** How slowly the running mean of squared gradients forgets, 0 up to 1. Default 0.999. */
  beta2: number(0.999, { atLeast: 0, below: 1 }),
  /** Added to the square root. Default 1e-8. */
  epsilon: number(1e-8, { atLeast: 0 }),
  /** How many steps the rate takes to rise from 0. Default 0. */
  warmupSteps: count(0, { least: 0 }),
}) {
  static override readonly className = 'ScheduleFreeAdamW';
  readonly #warmedRate = this.scalar('warmed_rate', ({ rate, update }) => {
    return rate * Math.min(update / Math.max(this.warmupSteps, 1), 1);
  });
  readonly #velocityWeight = this.scalar('velocity_weight', ({ update }) => meanWeight(this.beta2, update));
  readonly #share = this.scalar('share', ({ update }) => 1 / update);

  protected override slots(): readonly Slots[] {
    return [{ momentum: { start: 'weight' }, velocity: 0 }];
  }

  protected override rule({ weight, gradient, slot }: RuleInput): RuleResult {
    const [beta, rest] = [constant(this.beta1), constant(1 - this.beta1)];
    const velocity = runningMean(slot('velocity'), square(gradient), Math.fround(this.beta2));
    const size = add(sqrt(div(velocity, this.#velocityWeight)), constant(this.epsilon));
    const momentum = sub(slot('momentum'), div(mul(this.#warmedRate, gradient), size));
    const mean = div(sub(weight, mul(rest, slot('momentum'))), beta);
    const newMean = add(mean, mul(this.#share, sub(momentum, mean)));
    return { momentum, velocity, weight: add(mul(rest, momentum), mul(beta, newMean)) };
  }
}

/** AdamW without a schedule that has to end. */
export const scheduleFreeAdamW = factory(ScheduleFreeAdamW);

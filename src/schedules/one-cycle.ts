/**
 * @file The 1cycle policy: the rate rises, falls, and falls far below its first value (Smith & Topin 2017; options and
 * numbers of PyTorch's `OneCycleLR`).
 */

import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, fraction, number, oneOf } from '../options/kinds.ts';
import { LearningRateSchedule } from './schedule.ts';

/** One stretch of the cycle: its last iteration and the rate there. */
type Stretch = readonly [end: number, rate: number];

/**
 * The rate rises from maxLearningRate / divFactor to maxLearningRate and falls to maxLearningRate / divFactor /
 * finalDivFactor, where it stays after `totalSteps`.
 */
export class OneCycle extends withOptions(LearningRateSchedule, {
  /** The highest rate. */
  maxLearningRate: number(undefined, { atLeast: 0 }),
  /** Steps of the whole cycle: epochs × batches of an epoch. */
  totalSteps: count(),
  /** Part of the steps in which the rate rises. Default 0.3. */
  pctStart: fraction(0.3),
  /** Along half cosines or straight lines. Default 'cos'. */
  annealStrategy: oneOf('cos', 'linear'),
  /** How many times smaller the first rate is than the highest. Default 25. */
  divFactor: number(25, { above: 0 }),
  /** How many times smaller the last rate is than the first. Default 10000. */
  finalDivFactor: number(1e4, { above: 0 }),
  /** Whether the fall is as long as the rise, down to the first rate, and the rest goes far down. Default false. */
  threePhase: flag(false),
}) {
  static override readonly className = 'OneCycle';

  override at(iteration: number): number {
    const first = this.maxLearningRate / this.divFactor;
    let start = 0;
    let from = first;
    for (const [end, to] of this.#stretches(first)) {
      // A stretch of length 0 has its last rate at once.
      const done = end > start ? (iteration - start) / (end - start) : 1;
      if (iteration <= end) return this.#between(from, to, done);
      [start, from] = [end, to];
    }
    return from;
  }

  #stretches(first: number): readonly Stretch[] {
    const { totalSteps, pctStart, maxLearningRate, threePhase } = this;
    const peak = pctStart * totalSteps - 1;
    const down: readonly Stretch[] = threePhase ? [[2 * peak, first]] : [];
    return [[peak, maxLearningRate], ...down, [totalSteps - 1, first / this.finalDivFactor]];
  }

  #between(from: number, to: number, done: number): number {
    const way = this.annealStrategy === 'cos' ? 0.5 * (1 - Math.cos(Math.PI * done)) : done;
    return from + (to - from) * way;
  }
}

/** The 1cycle policy: a rate that rises, falls, and falls far below its first value. */
export const oneCycle = factory(OneCycle);

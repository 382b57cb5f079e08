/** @file Rates that fall along a half cosine, once or again and again (Loshchilov & Hutter 2016; Keras' `learning_rate_schedule.py`). */

import { ValueError } from '../base/errors.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number, text } from '../options/kinds.ts';
import { float32, LearningRateSchedule } from './schedule.ts';

/** From 1 at 0 to 0 at 1. */
const halfCosine = (done: number): number => 0.5 * (1 + Math.cos(Math.PI * done));

/** The rate falls along a half cosine. With `warmupTarget` it rises in a straight line first. */
export class CosineDecay extends withOptions(LearningRateSchedule, {
  /** The rate of the first step. */
  initialLearningRate: number(undefined, { atLeast: 0 }),
  /** Steps in which the rate falls, after those in which it rises. */
  decaySteps: number(undefined, { above: 0 }),
  /** Part of the highest rate that is left at the end. Default 0. */
  alpha: number(0),
  /** Default 'CosineDecay'. */
  name: text('CosineDecay'),
  /** The rate to rise to first. Default null: it falls from the first step on. */
  warmupTarget: number(null, { atLeast: 0 }),
  /** Steps in which it rises. Default 0. */
  warmupSteps: number(0, { atLeast: 0 }),
}) {
  static override readonly className = 'CosineDecay';

  override at(iteration: number): number {
    const start = float32(this.initialLearningRate);
    const top = this.warmupTarget === null ? start : float32(this.warmupTarget);
    const rise = this.warmupTarget === null ? 0 : float32(this.warmupSteps);
    if (iteration < rise) return start + (top - start) * (iteration / rise);
    const done = Math.min((iteration - rise) / float32(this.decaySteps), 1);
    const alpha = float32(this.alpha);
    return top * ((1 - alpha) * halfCosine(done) + alpha);
  }

  protected override checkOptions(): void {
    if (this.warmupTarget !== null || this.warmupSteps === 0) return;
    throw new ValueError(
      `CosineDecay: warmupSteps=${this.warmupSteps} has no effect without warmupTarget. Give the rate to rise to.`,
    );
  }
}

/** The rate falls along a half cosine, starts again from the top, and so on. */
export class CosineDecayRestarts extends withOptions(LearningRateSchedule, {
  /** The rate of the first step. */
  initialLearningRate: number(undefined, { atLeast: 0 }),
  /** Steps of the first fall. */
  firstDecaySteps: number(undefined, { above: 0 }),
  /** How many times longer each fall is than the one before, from 1 up. Default 2. */
  tMul: number(2, { atLeast: 1 }),
  /** How many times higher each start is than the one before. Default 1. */
  mMul: number(1, { atLeast: 0 }),
  /** Part of the first rate below which it does not fall. Default 0. */
  alpha: number(0),
  /** Default 'SGDRDecay'. */
  name: text('SGDRDecay'),
}) {
  static override readonly className = 'CosineDecayRestarts';

  override at(iteration: number): number {
    const tMul = float32(this.tMul);
    let left = iteration / float32(this.firstDecaySteps);
    let length = 1;
    let restarts = 0;
    if (tMul === 1) {
      restarts = Math.floor(left);
      left -= restarts;
    }
    // The restarts are counted one by one. Keras finds them by a logarithm, whose rounding would move some of them by a
    // step.
    for (; left >= length; restarts++) {
      left -= length;
      length *= tMul;
    }
    const alpha = float32(this.alpha);
    const height = float32(this.mMul) ** restarts * halfCosine(left / length);
    return float32(this.initialLearningRate) * ((1 - alpha) * height + alpha);
  }
}

/** A rate that falls along a half cosine, after a linear rise with `warmupTarget`. */
export const cosineDecay = factory(CosineDecay);
/** A rate that falls along a half cosine again and again. */
export const cosineDecayRestarts = factory(CosineDecayRestarts);

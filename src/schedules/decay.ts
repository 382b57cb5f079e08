/** @file Schedules that let the rate fall at a steady pace (Keras' `learning_rate_schedule.py`). */

import { factory, withOptions } from '../options/configurable.ts';
import { flag, number, text } from '../options/kinds.ts';
import { float32, LearningRateSchedule } from './schedule.ts';

const STEADY = {
  /** The rate of the first step. */
  initialLearningRate: number(undefined, { atLeast: 0 }),
  /** Steps in which the rate falls once. */
  decaySteps: number(undefined, { above: 0 }),
  /** The factor of the decay in these steps. */
  decayRate: number(),
  /** Whether it falls at the end of these steps only, and not a little with each. Default false. */
  staircase: flag(false),
};

abstract class SteadyDecay extends withOptions(LearningRateSchedule, STEADY) {
  /** How many times the rate has fallen. */
  protected fallen(iteration: number): number {
    const times = iteration / float32(this.decaySteps);
    return this.staircase ? Math.floor(times) : times;
  }
}

/** initialLearningRate · decayRate^(iteration / decaySteps). */
export class ExponentialDecay extends withOptions(SteadyDecay, {
  /** Default 'ExponentialDecay'. */
  name: text('ExponentialDecay'),
}) {
  static override readonly className = 'ExponentialDecay';

  override at(iteration: number): number {
    return float32(this.initialLearningRate) * float32(this.decayRate) ** this.fallen(iteration);
  }
}

/** initialLearningRate / (1 + decayRate · iteration / decaySteps). */
export class InverseTimeDecay extends withOptions(SteadyDecay, {
  /** Default 'InverseTimeDecay'. */
  name: text('InverseTimeDecay'),
}) {
  static override readonly className = 'InverseTimeDecay';

  override at(iteration: number): number {
    return float32(this.initialLearningRate) / (1 + float32(this.decayRate) * this.fallen(iteration));
  }
}

/** A rate that is multiplied by `decayRate` every `decaySteps` steps. */
export const exponentialDecay = factory(ExponentialDecay);
/** A rate that is divided by 1 + `decayRate` · iteration / `decaySteps`. */
export const inverseTimeDecay = factory(InverseTimeDecay);

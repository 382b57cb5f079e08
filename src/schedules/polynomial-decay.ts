/** @file A rate that goes from one value to another along a power (Keras' `learning_rate_schedule.py`). */

import { factory, withOptions } from '../options/configurable.ts';
import { flag, number, text } from '../options/kinds.ts';
import { float32, LearningRateSchedule } from './schedule.ts';

/** (initialLearningRate - endLearningRate) · (1 - iteration / decaySteps)^power + endLearningRate. */
export class PolynomialDecay extends withOptions(LearningRateSchedule, {
  /** The rate of the first step. */
  initialLearningRate: number(undefined, { atLeast: 0 }),
  /** Steps until the end. */
  decaySteps: number(undefined, { above: 0 }),
  /** The rate after these steps. Default 0.0001. */
  endLearningRate: number(0.0001, { atLeast: 0 }),
  /** 1 is a straight line. Default 1. */
  power: number(1),
  /** Whether, instead of staying at the end, the decay starts again, twice as long, three times as long, … Default false. */
  cycle: flag(false),
  /** Default 'PolynomialDecay'. */
  name: text('PolynomialDecay'),
}) {
  static override readonly className = 'PolynomialDecay';

  override at(iteration: number): number {
    const steps = float32(this.decaySteps);
    const cycles = this.cycle && iteration > 0 ? Math.ceil(iteration / steps) : 1;
    const done = Math.min(iteration / (steps * cycles), 1);
    const [from, to] = [float32(this.initialLearningRate), float32(this.endLearningRate)];
    return (from - to) * (1 - done) ** float32(this.power) + to;
  }
}

/** A rate that goes from one value to another along a line or another power. */
export const polynomialDecay = factory(PolynomialDecay);

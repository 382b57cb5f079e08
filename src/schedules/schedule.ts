/** @file LearningRateSchedule, the base of learning rates that depend on the step. */

import { Configurable, withOptions } from '../options/configurable.ts';

/**
 * A learning rate that is a function of the step. It is evaluated on the host before each step, in float64, and rounded
 * to float32 then. A user's own class defines `at` and sets the static `className`.
 */
export abstract class LearningRateSchedule extends withOptions(Configurable, {}) {
  static override readonly methods: readonly string[] = ['at'];
  /** The learning rate of the step before which `iteration` steps were done. */
  abstract at(iteration: number): number;
}

/** Keras keeps the numbers of a schedule as float32; in powers of them the difference becomes visible. */
export const float32 = Math.fround;

/** @file LearningRateSchedule, the base of learning rates that follow the steps. */

import { Configurable, withOptions } from '../options/configurable.ts';

/**
 * A learning rate that is a function of the step. It is evaluated on the host before each step, in float64, and rounded
 * to float32 then. A class of one's own defines `at` and sets the static `className`.
 */
export abstract class LearningRateSchedule extends withOptions(Configurable, {}) {
  /** The learning rate of the step before which `iteration` steps were done. */
  abstract at(iteration: number): number;
}

/** Keras keeps the numbers of a schedule as float32; powers of them make the difference large enough to see. */
export const float32 = Math.fround;

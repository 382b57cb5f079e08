/** @file Schedules by name, and the option for a learning rate. */

import type { Config } from '../base/config.ts';
import { number } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { Registry } from '../options/registry.ts';
import * as list from './index.ts';
import { LearningRateSchedule } from './schedule.ts';

/** All schedules. */
export const SCHEDULES = new Registry<LearningRateSchedule>({
  kind: 'learning rate schedule',
  base: LearningRateSchedule,
  module: 'keras.optimizers.schedules',
  example: 'Give a number or a schedule such as schedules.cosineDecay({ … }).',
  list,
});
// Keras does not have it: files name the package, as they do for users' own classes.
SCHEDULES.register(list.oneCycle.Class, 'Fovea');

/** What an option for a learning rate takes: a number, a schedule, or an object of a Keras file. */
export type LearningRate = number | LearningRateSchedule | Config;

/** An option for a learning rate. Keras 1 called it `lr`. */
export function learningRate(fallback: number): Option<number | LearningRateSchedule, LearningRate, false> {
  const { read } = number(0, { atLeast: 0 }).definition;
  return new Option<number | LearningRateSchedule, LearningRate, false>({
    expected: 'a number from 0 up, or a schedule',
    read: (given, place) =>
      typeof given === 'object' && given !== null ? SCHEDULES.resolve(given) : read(given, place),
    fallback: () => fallback,
    write: (value) => (typeof value === 'number' ? value : SCHEDULES.serialize(value)),
  }).formerly('lr') as Option<number | LearningRateSchedule, LearningRate, false>;
}

/** @file LearningRateScheduler: a learning rate for each epoch (Keras' `learning_rate_scheduler.py`). */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { callable, count } from '../options/kinds.ts';
import { Callback } from './callback.ts';
import { optimizerOf } from './learning-rate.ts';
import { formatFloat } from './number-format.ts';
import { textOutput } from './text-output.ts';

/**
 * Sets `optimizer.learningRate` at the beginning of each epoch. The logs get the rate as `learning_rate`. Throws
 * ValueError when the schedule does not return a number, and when the optimizer follows a schedule of its own.
 */
export class LearningRateScheduler extends withOptions(Callback, {
  /** Gives the epoch's rate, from the epoch, which counts from 0, and the rate so far. */
  schedule: callable<(epoch: number, rate: number) => number>(),
  /** 1 says each rate. Default 0. */
  verbose: count(0, { least: 0 }),
  /** Where to write. Default: standard output. */
  output: textOutput(),
}) {
  static override readonly className = 'LearningRateScheduler';

  override onEpochBegin(epoch: number): void {
    const optimizer = optimizerOf(this.className, this.model);
    const rate: unknown = this.schedule(epoch, optimizer.learningRate);
    if (typeof rate !== 'number' || !Number.isFinite(rate)) {
      throw new ValueError(
        `LearningRateScheduler: the output of the \`schedule\` function should be a number. Got: ${describeValue(rate)}.`,
      );
    }
    optimizer.learningRate = rate;
    if (this.verbose === 0) return;
    const said = `LearningRateScheduler setting learning rate to ${formatFloat(rate)}.`;
    this.output.write(`\nEpoch ${epoch + 1}: ${said}\n`);
  }

  override onEpochEnd(_epoch: number, logs: Record<string, number>): void {
    logs.learning_rate = optimizerOf(this.className, this.model).learningRate;
  }
}

/** Sets the learning rate of each epoch: `learningRateScheduler({ schedule: (epoch, rate) => rate * 0.9 })`. */
export const learningRateScheduler = factory(LearningRateScheduler);

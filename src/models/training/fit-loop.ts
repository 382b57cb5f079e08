/** @file The loop of `fit`: epochs of training steps, each with its validation. */

import { EventLoopBreaks } from '../../base/event-loop.ts';
import type { CallbackList } from '../../callbacks/callback-list.ts';
import { batchResults } from './batch-results.ts';
import type { BatchStream } from './batch-stream.ts';
import type { EvaluationLoop } from './evaluation-loop.ts';
import type { FitOptions } from './run-options.ts';
import type { StepResult, StepRunner } from './step-runner.ts';
import { Totals } from './totals.ts';
import type { TrainedModel } from './trained-model.ts';
import { validatesAfter } from './validation.ts';

/** Which way losses and metrics get better, by name. */
export type Directions = ReadonlyMap<string, 'up' | 'down'>;

export interface FitLoopOptions {
  readonly model: TrainedModel;
  readonly runner: StepRunner;
  readonly stream: BatchStream;
  readonly callbacks: CallbackList;
  /** Null without validation. */
  readonly evaluation: EvaluationLoop | null;
  readonly options: FitOptions;
  /** Told once, when the metrics are known. */
  readonly setDirections: (directions: Directions) => void;
}

/** Where a batch is, from 0. */
interface Place {
  readonly epoch: number;
  readonly index: number;
}

/** One call of `fit`. */
export class FitLoop {
  readonly #options: FitLoopOptions;
  readonly #breaks = new EventLoopBreaks();
  #diverged = false;
  #told = false;

  constructor(options: FitLoopOptions) {
    this.#options = options;
  }

  /** Trains until the epochs are done or `stopTraining` is set. */
  async run(): Promise<void> {
    const { model, stream, callbacks, evaluation, options } = this.#options;
    const { epochs = 1, initialEpoch = 0 } = options;
    model.stopTraining = false;
    let logs: Record<string, number> = {};
    try {
      await callbacks.call('onTrainBegin');
      for (let epoch = initialEpoch; epoch < epochs && !model.stopTraining; epoch++) {
        logs = await this.#epoch(epoch);
      }
    } finally {
      await stream.close();
      await evaluation?.close();
    }
    await callbacks.call('onTrainEnd', logs);
  }

  async #epoch(epoch: number): Promise<Record<string, number>> {
    const { model, runner, stream, callbacks, evaluation, options } = this.#options;
    const totals = new Totals();
    await callbacks.call('onEpochBegin', epoch);
    const results = batchResults({
      runner,
      batches: stream.epoch(),
      where: (index) => `epoch ${epoch + 1}, batch ${index}`,
      before: (index) => callbacks.call('onTrainBatchBegin', index),
      goesOn: () => !model.stopTraining,
    });
    let index = 0;
    for await (const result of results) {
      await this.#tell(result, { epoch, index }, totals);
      await this.#breaks.pause();
      index++;
    }
    const logs = totals.logs();
    if (evaluation !== null && validatesAfter(epoch, options.validationFreq)) {
      const validation = (await evaluation.run()).logs();
      for (const [name, value] of Object.entries(validation)) logs[`val_${name}`] = value;
    }
    await callbacks.call('onEpochEnd', epoch, logs);
    return logs;
  }

  /** Adds a batch's numbers to the epoch's, and tells callbacks. */
  async #tell(result: StepResult, { epoch, index }: Place, totals: Totals): Promise<void> {
    this.#tellDirections(result);
    totals.add(result.step.reported, result.reported, result.batch.samples);
    this.#watch(result.reported[0]!, epoch, index);
    await this.#options.callbacks.call('onTrainBatchEnd', index, totals.logs());
  }

  #tellDirections({ step }: StepResult): void {
    if (this.#told) return;
    this.#told = true;
    const known = step.reported.flatMap(({ name, direction }) =>
      direction === null ? [] : [[name, direction] as const],
    );
    this.#options.setDirections(new Map(known));
  }

  /** Says once when the loss is no number any more; training goes on, as in Keras. */
  #watch(loss: number, epoch: number, batch: number): void {
    if (this.#diverged || Number.isFinite(loss)) return;
    this.#diverged = true;
    console.warn(
      `fit: the loss became ${loss} in epoch ${epoch + 1}, batch ${batch}, though the data is finite: training diverged. ` +
        'Lower the learning rate, or stop at once with callbacks.terminateOnNaN().',
    );
  }
}

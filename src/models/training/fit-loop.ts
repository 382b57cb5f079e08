/** @file The loop of `fit`: epochs of training steps, each with its validation. */

import { ValueError } from '../../base/errors.ts';
import { EventLoopBreaks } from '../../base/event-loop.ts';
import type { CallbackList } from '../../callbacks/callback-list.ts';
import { batchResults } from './batch-results.ts';
import type { BatchStream } from './batch-stream.ts';
import type { EvaluationLoop } from './evaluation-loop.ts';
import { StoppedBeforeEpoch } from './feature-source.ts';
import type { FitOptions } from './run-options.ts';
import type { StepResult, StepRunner } from './step-runner.ts';
import { Totals } from './totals.ts';
import type { TrainedModel } from './trained-model.ts';
import type { RunState, TrainingState } from './training-state.ts';
import { validatesAfter } from './validation.ts';

/** Whether larger or smaller losses and metrics are better, by name. */
export type Directions = ReadonlyMap<string, 'up' | 'down'>;

/** The place of a batch: epoch and batch, counted from 0. */
interface Place {
  readonly epoch: number;
  readonly index: number;
}

export interface FitLoopOptions {
  readonly model: TrainedModel;
  readonly runner: StepRunner;
  readonly stream: BatchStream;
  readonly callbacks: CallbackList;
  /** Null without validation. */
  readonly evaluation: EvaluationLoop | null;
  readonly options: FitOptions;
  /** Called once, when the metrics are known. */
  readonly setDirections: (directions: Directions) => void;
  /** Puts weights, optimizer and random streams into a state. */
  readonly restore: (state: TrainingState) => void;
  /** Called when the epochs are over, before `onTrainEnd`. */
  readonly finish: () => void;
}

/** The place of the run while callbacks are called. The run's state can be taken only then. */
type Halt = 'begin' | 'end' | Place;

/** One call of `fit`. */
export class FitLoop {
  readonly #options: FitLoopOptions;
  readonly #breaks = new EventLoopBreaks();
  #diverged = false;
  #directions: Directions | null = null;
  #halt: Halt | null = 'begin';
  /**
   * The state to go on from; null to begin anew. It is set to null after use, since it is as large as the model and its
   * slots.
   */
  #state: TrainingState | null = null;
  #logs: Record<string, number> = {};
  #totals = new Totals();
  /** Seconds of the epoch in which the engine waited for data. */
  #waited = 0;

  constructor(options: FitLoopOptions) {
    this.#options = options;
  }

  /**
   * The place of the run; null at its beginning and end. Throws ValueError while batches run, when the place is not
   * fixed.
   */
  getState(): RunState | null {
    const { model, stream, evaluation, callbacks } = this.#options;
    const halt = this.#halt;
    if (halt === 'begin' || halt === 'end') return null;
    if (halt === null) {
      throw new ValueError(
        `The training state of '${model.name}' was asked for while fit() is at work. Ask for it in a callback, in onEpochEnd ` +
          'or in onTrainBatchEnd without onlyWatches, or when fit() is over.',
      );
    }
    return {
      epoch: halt.epoch,
      batch: halt.index,
      stopTraining: model.stopTraining,
      logs: { ...this.#logs },
      totals: this.#totals.getState(),
      directions: [...(this.#directions ?? [])],
      pass: stream.getState(),
      validationPass: evaluation?.getState() ?? null,
      callbacks: callbacks.getState(),
    };
  }

  /** Goes on from a state when the run begins. Throws ValueError when the run has begun already. */
  goOnFrom(state: TrainingState): void {
    if (this.#halt !== 'begin') {
      throw new ValueError(
        'restoreTrainingState() was called while fit() is at work. Call it before fit(), or in onTrainBegin of a callback.',
      );
    }
    this.#state = state;
  }

  /** Trains until the epochs are done or `stopTraining` is set. */
  async run(): Promise<void> {
    const { model, stream, callbacks, evaluation, options } = this.#options;
    const { epochs = 1 } = options;
    model.stopTraining = false;
    try {
      await this.#call('begin', () => callbacks.call('onTrainBegin'));
      let epoch = await this.#begin();
      for (; epoch < epochs && !model.stopTraining; epoch++) await this.#epoch(epoch, null);
    } catch (error) {
      if (!(error instanceof StoppedBeforeEpoch)) throw error;
    } finally {
      await stream.close();
      await evaluation?.close();
    }
    this.#options.finish();
    await this.#call('end', () => callbacks.call('onTrainEnd', this.#logs));
  }

  /** Goes to the place of the state, if there is one; returns the first whole epoch after it. */
  async #begin(): Promise<number> {
    const state = this.#state;
    const run = state?.run ?? null;
    if (run !== null && run.batch > 0) {
      await this.#epoch(run.epoch, run);
      return run.epoch + 1;
    }
    if (state !== null) await this.#restore(state, run);
    return run?.epoch ?? this.#options.options.initialEpoch ?? 0;
  }

  async #restore(state: TrainingState, run: RunState | null): Promise<void> {
    const { model, stream, evaluation, callbacks, restore } = this.#options;
    restore(state);
    this.#state = null;
    if (run === null) return;
    await stream.resume(run.pass);
    await evaluation?.resume(run.validationPass);
    callbacks.setState(run.callbacks);
    model.stopTraining = run.stopTraining;
    this.#logs = { ...run.logs };
    this.#totals.setState(run.totals);
    if (run.directions.length > 0) this.#setDirections(new Map(run.directions));
  }

  /** @param run The place from which the epoch goes on; null to begin it. */
  async #epoch(epoch: number, run: RunState | null): Promise<void> {
    const { model, stream, callbacks, evaluation, options } = this.#options;
    const isLast = epoch + 1 >= (options.epochs ?? 1);
    this.#totals = new Totals();
    this.#waited = 0;
    await callbacks.call('onEpochBegin', epoch);
    // After onEpochBegin, since changes that callbacks made there are part of the state.
    if (run !== null) await this.#restore(this.#state!, run);
    if (run === null || !model.stopTraining) await this.#batches(epoch, run?.batch ?? 0);
    const logs = this.#totals.logs();
    if (!isLast && !model.stopTraining) stream.prepare();
    if (evaluation !== null && validatesAfter(epoch, options.validationFreq)) {
      const validation = (await evaluation.run()).logs();
      for (const [name, value] of Object.entries(validation)) logs[`val_${name}`] = value;
    }
    this.#logs = logs;
    this.#totals = new Totals();
    callbacks.history?.dataWait.push(this.#waited);
    await this.#call({ epoch: epoch + 1, index: 0 }, () => callbacks.call('onEpochEnd', epoch, logs));
  }

  async #batches(epoch: number, first: number): Promise<void> {
    const { model, runner, stream, callbacks } = this.#options;
    const results = batchResults({
      runner,
      batches: stream.epoch(first),
      ready: () => stream.ready,
      waited: (milliseconds) => {
        this.#waited += milliseconds / 1000;
      },
      first,
      where: (index) => `epoch ${epoch + 1}, batch ${index}`,
      before: (index) => callbacks.call('onTrainBatchBegin', index),
      goesOn: () => !model.stopTraining,
    });
    let index = first;
    for await (const result of results) {
      await this.#tell(result, { epoch, index });
      await this.#breaks.pause();
      index++;
    }
  }

  /** Calls callbacks at a place where the state may be taken. */
  async #call(halt: Halt | null, call: () => Promise<void>): Promise<void> {
    this.#halt = halt;
    await call();
    this.#halt = null;
  }

  /** Adds a batch's numbers to the epoch's, and calls callbacks. */
  async #tell(result: StepResult, { epoch, index }: Place): Promise<void> {
    const { callbacks, runner } = this.#options;
    this.#totals.add(result.step.reported, result.reported);
    if (this.#directions === null) this.#setDirections(this.#totals.directions());
    // In a series, later batches may have run already.
    const halt = runner.ahead ? null : { epoch, index: index + 1 };
    await this.#call(halt, () => callbacks.call('onTrainBatchEnd', index, this.#totals.logs()));
    this.#watch(result.loss, epoch, index);
  }

  #setDirections(directions: Directions): void {
    this.#directions = directions;
    this.#options.setDirections(directions);
  }

  /** Warns once when the loss is NaN or infinite and no callback ends training: it goes on, as in Keras. */
  #watch(loss: number, epoch: number, batch: number): void {
    if (this.#diverged || Number.isFinite(loss) || this.#options.model.stopTraining) return;
    this.#diverged = true;
    console.warn(
      `fit: the loss became ${loss} in epoch ${epoch + 1}, batch ${batch}, though the data is finite: training diverged. ` +
        'Lower the learning rate, or stop at once with callbacks.terminateOnNaN().',
    );
  }
}

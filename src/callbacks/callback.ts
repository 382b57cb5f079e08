/** @file Callback: what `fit`, `evaluate` and `predict` call as they go (Keras' `callbacks/callback.py`). */

import type { Tensor } from '../base/tensor.ts';

/** Loss and metrics so far, by name. */
export type Logs = Readonly<Record<string, number>>;

/** What a callback sees of the model. */
export interface CallbackModel {
  readonly name: string;
  /** Set it to end `fit` after the current batch. */
  stopTraining: boolean;
  /** Whether a metric is better when it is larger ('up') or smaller; metrics of which that is not known are left out. */
  readonly metricDirections: ReadonlyMap<string, 'up' | 'down'>;
  getWeights(): Tensor[];
  setWeights(values: readonly Tensor[]): void;
  save(path: string): Promise<void>;
  saveWeights(path: string): Promise<void>;
}

/** What the run is asked to do. */
export interface CallbackParams {
  readonly verbose: 'auto' | 0 | 1 | 2;
  readonly epochs: number;
  /** Batches in an epoch; null while unknown. */
  readonly steps: number | null;
}

/** A method may return a promise, which is awaited before the run goes on. */
export type Awaitable = void | Promise<void>;

/** The methods a callback may have. Plain objects with some of them are callbacks too. Epochs and batches count from 0. */
export interface CallbackMethods {
  setModel(model: CallbackModel): void;
  setParams(params: CallbackParams): void;
  onTrainBegin(logs?: Logs): Awaitable;
  onTrainEnd(logs?: Logs): Awaitable;
  onEpochBegin(epoch: number, logs?: Logs): Awaitable;
  /** `logs` may be changed or added to: what is in it goes into the history. */
  onEpochEnd(epoch: number, logs: Record<string, number>): Awaitable;
  onTrainBatchBegin(batch: number, logs?: Logs): Awaitable;
  onTrainBatchEnd(batch: number, logs: Logs): Awaitable;
  onTestBegin(logs?: Logs): Awaitable;
  onTestEnd(logs?: Logs): Awaitable;
  onTestBatchBegin(batch: number, logs?: Logs): Awaitable;
  onTestBatchEnd(batch: number, logs: Logs): Awaitable;
  onPredictBegin(logs?: Logs): Awaitable;
  onPredictEnd(logs?: Logs): Awaitable;
  onPredictBatchBegin(batch: number, logs?: Logs): Awaitable;
  onPredictBatchEnd(batch: number, logs?: Logs): Awaitable;
}

/** What `callbacks` takes. */
export type CallbackLike = Partial<CallbackMethods>;

/** Base class for callbacks; every method does nothing. */
export class Callback implements CallbackMethods {
  /** Set before the run begins. */
  model!: CallbackModel;
  /** Set before the run begins. */
  params!: CallbackParams;

  setModel(model: CallbackModel): void {
    this.model = model;
  }

  setParams(params: CallbackParams): void {
    this.params = params;
  }

  onTrainBegin(_logs?: Logs): Awaitable {}
  onTrainEnd(_logs?: Logs): Awaitable {}
  onEpochBegin(_epoch: number, _logs?: Logs): Awaitable {}
  onEpochEnd(_epoch: number, _logs: Record<string, number>): Awaitable {}
  onTrainBatchBegin(_batch: number, _logs?: Logs): Awaitable {}
  onTrainBatchEnd(_batch: number, _logs: Logs): Awaitable {}
  onTestBegin(_logs?: Logs): Awaitable {}
  onTestEnd(_logs?: Logs): Awaitable {}
  onTestBatchBegin(_batch: number, _logs?: Logs): Awaitable {}
  onTestBatchEnd(_batch: number, _logs: Logs): Awaitable {}
  onPredictBegin(_logs?: Logs): Awaitable {}
  onPredictEnd(_logs?: Logs): Awaitable {}
  onPredictBatchBegin(_batch: number, _logs?: Logs): Awaitable {}
  onPredictBatchEnd(_batch: number, _logs?: Logs): Awaitable {}
}

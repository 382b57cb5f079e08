/** @file Callback: what `fit`, `evaluate` and `predict` call as they go (Keras' `callbacks/callback.py`). */

import type { StateValue } from '../base/state-value.ts';
import type { Tensor } from '../base/tensor.ts';
import { Configurable } from '../options/configurable.ts';

/** Loss and metrics so far, by name. */
export type Logs = Readonly<Record<string, number>>;

/** The part of the optimizer that callbacks use. */
export interface CallbackOptimizer {
  /** The step size of the next step. Setting it holds from then on. */
  learningRate: number;
  /** How often the weights were changed so far. */
  readonly iterations: number;
  /** Whether it keeps running means of the weights. */
  readonly useEma: boolean;
  /** Whether those means are in the weights' place, and the weights in theirs. See `swapAverages`. */
  averagesSwapped: boolean;
  /** Exchanges the weights and their running means. */
  swapAverages(): void;
}

/** A weight as callbacks see it. */
export interface CallbackWeight {
  /** Layer and weight: `dense/kernel`. */
  readonly name: string;
  readonly shape: readonly number[];
  /** A live view of the numbers, valid until the next step. */
  view(): Float32Array;
}

/** The part of the model that callbacks use. */
export interface CallbackModel {
  readonly name: string;
  /** Keras' class name: `Sequential`. */
  readonly className: string;
  readonly layers: readonly { readonly weights: readonly CallbackWeight[] }[];
  /** Set it to end `fit` after the current batch. */
  stopTraining: boolean;
  /**
   * Whether a metric is better when it is larger ('up') or smaller. Metrics for which this is not known are left out.
   */
  readonly metricDirections: ReadonlyMap<string, 'up' | 'down'>;
  /** Null before `compile`. */
  readonly optimizer: CallbackOptimizer | null;
  getWeights(): Tensor[];
  setWeights(values: readonly Tensor[]): void;
  /** Everything that training needs to go on. See `Model.trainingState`. */
  trainingState(): StateValue;
  /** Goes on from such a state. See `Model.restoreTrainingState`. */
  restoreTrainingState(state: StateValue): void;
  /** The model as Keras' JSON. See `Model.toJson`. */
  toJson(): string;
  save(path: string, options?: { readonly makeFolder?: boolean }): Promise<void>;
  saveWeights(path: string, options?: { readonly makeFolder?: boolean }): Promise<void>;
}

/** The options of the run. */
export interface CallbackParams {
  readonly verbose: 'auto' | 0 | 1 | 2;
  readonly epochs: number;
  /** Batches in an epoch; null while unknown. */
  readonly steps: number | null;
}

/** A method may return a promise, which is awaited before the run goes on. */
export type Awaitable = void | Promise<void>;

/**
 * The methods a callback may have. Plain objects with some of them are callbacks too. Epochs and batches count from 0.
 *
 * A callback with a method for single batches may act on each of them, so batches then run one by one. Without such a
 * callback, several batches run in a series, which is faster for small models. `onlyWatches` says that the methods for
 * batches change nothing.
 */
export interface CallbackMethods {
  /**
   * True when the methods for single batches only read, as a progress bar does: they do not change the model and do not
   * stop the run. A batch may then have run some time before its method is called. Default false.
   */
  readonly onlyWatches: boolean;
  /**
   * True for a callback whose methods are called after those of all others, for example one that saves their state.
   * Default false.
   */
  readonly runsLast: boolean;
  /**
   * A copy of the values that the callback remembers between batches and epochs. It becomes part of the training state.
   */
  getState(): StateValue;
  /** Goes on from what `getState` gave, after `onTrainBegin`. */
  setState(state: StateValue): void;
  setModel(model: CallbackModel): void;
  setParams(params: CallbackParams): void;
  onTrainBegin(logs?: Logs): Awaitable;
  onTrainEnd(logs?: Logs): Awaitable;
  onEpochBegin(epoch: number, logs?: Logs): Awaitable;
  /** The method may change and add entries of `logs`; they go into the history. */
  onEpochEnd(epoch: number, logs: Record<string, number>): Awaitable;
  onTrainBatchBegin(batch: number, logs?: Logs): Awaitable;
  onTrainBatchEnd(batch: number, logs: Logs): Awaitable;
  /** Keras' other name of `onTrainBatchBegin`, called when that method does not exist. */
  onBatchBegin(batch: number, logs?: Logs): Awaitable;
  /** Keras' other name of `onTrainBatchEnd`, called when that method does not exist. */
  onBatchEnd(batch: number, logs: Logs): Awaitable;
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

/**
 * Base class for callbacks; every method does nothing. It has no methods for single batches: a subclass that has one acts
 * on batches, unless `onlyWatches` is true.
 */
export class Callback extends Configurable implements CallbackLike {
  declare readonly onlyWatches?: boolean;
  declare readonly runsLast?: boolean;
  /** Set before the run begins. */
  model!: CallbackModel;
  /** Set before the run begins. */
  params!: CallbackParams;

  getState?(): StateValue;
  setState?(state: StateValue): void;

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
  onTrainBatchBegin?(batch: number, logs?: Logs): Awaitable;
  onTrainBatchEnd?(batch: number, logs: Logs): Awaitable;
  onBatchBegin?(batch: number, logs?: Logs): Awaitable;
  onBatchEnd?(batch: number, logs: Logs): Awaitable;
  onTestBegin(_logs?: Logs): Awaitable {}
  onTestEnd(_logs?: Logs): Awaitable {}
  onTestBatchBegin?(batch: number, logs?: Logs): Awaitable;
  onTestBatchEnd?(batch: number, logs: Logs): Awaitable;
  onPredictBegin(_logs?: Logs): Awaitable {}
  onPredictEnd(_logs?: Logs): Awaitable {}
  onPredictBatchBegin?(batch: number, logs?: Logs): Awaitable;
  onPredictBatchEnd?(batch: number, logs?: Logs): Awaitable;
}

/**
 * @file Model: layers with inputs and outputs that can be trained; the base of Sequential, Functional and of users' own models.
 * What it is made of is in model-structure.ts.
 */

import type { FilePath } from '../base/file-path.ts';
import { withoutLiveList } from '../base/live-list.ts';
import type { Tensor } from '../base/tensor.ts';
import type { CallbackModel } from '../callbacks/callback.ts';
import type { History } from '../callbacks/history.ts';
import { kerasJson } from '../formats/keras-json.ts';
import type { FileSource } from '../formats/open-source.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { checkClassNames, outputShape } from './class-names.ts';
import { ModelStructure } from './model-structure.ts';
import { modelConfig } from './saving/model-config.ts';
import type { LoadWeightsOptions, SaveOptions } from './saving/save.ts';
import { graphText } from './summary/graph-text.ts';
import { type SummaryOptions, summarize } from './summary/summary.ts';
import type { CompileOptions } from './training/compile-options.ts';
import type { DataInput, DatasetLike } from './training/data-types.ts';
import {
  makePredictFunction,
  type PredictFunction,
  type PredictFunctionOptions,
} from './training/predict-function.ts';
import type { BatchOptions, EvaluateOptions, FitOptions, PredictOptions } from './training/run-options.ts';
import type { Evaluation, ForList, ForRecord, Prediction } from './training/trained-model.ts';
import { Trainer } from './training/trainer.ts';
import type { TrainingState } from './training/training-state.ts';

/**
 * Layers from inputs to outputs, usable as a layer itself. A model of your own extends it and defines `call`, as a layer of
 * your own does: layers in public properties, and those given to `track`, belong to it. It is built for the first data
 * that it gets, or by `build`.
 */
export abstract class Model extends ModelStructure implements CallbackModel {
  /** Set it to true, in a callback or from outside, to end `fit` after the current batch. */
  stopTraining = false;
  #classNames: readonly string[] | null = null;
  readonly #trainer = new Trainer(this);

  /**
   * Names of the classes that the model tells apart, in the order of its output's numbers, or the two names of a model with
   * one output number: 0 and 1. `.keras` files keep them, and Keras ignores them there. Null until they are set.
   *
   * Setting throws ValueError for what is no list of different names, and when there are not as many as the output has.
   */
  get classNames(): readonly string[] | null {
    return this.#classNames;
  }

  set classNames(names: readonly string[] | null) {
    this.#classNames = names === null ? null : checkClassNames(this.name, names, outputShape(this));
  }

  /** Prints the table of layers. `style: 'keras2'` prints it in the form of the book. */
  summary(options: SummaryOptions = {}): void {
    summarize(this, options);
  }

  /**
   * Says how to train: optimizer, loss, metrics. Call it again after unfreezing layers. Throws ValueError for unknown
   * names and options, UnsupportedError for options that Keras has and Fovea does not.
   */
  compile(options: CompileOptions): void {
    this.#trainer.compile(options);
  }

  /** What `compile` was given, resolved; null before. */
  get compiled(): Trainer['compiled'] {
    return this.#trainer.compiled;
  }

  /**
   * Everything that training needs to go on: weights, the optimizer's numbers and every random stream. A callback that
   * takes it in `onTrainBatchEnd` or `onEpochEnd` also gets the place in `fit`: epoch, batch, the order of samples,
   * metrics so far and what the callbacks remember. It is made of plain values and typed arrays, which
   * `structuredClone` copies exactly.
   *
   * A callback that must run after all others in the same event sets `runsLast`. Throws ValueError for a model without
   * weights, and while batches run.
   */
  trainingState(): TrainingState {
    return this.#trainer.trainingState();
  }

  /**
   * Puts back what `trainingState` gave, into this model or another one of the same layers, compiled in the same way.
   * When the state was taken inside `fit`, the next `fit` goes on from that place and not from `initialEpoch`. It ends
   * with the same bits as a run that was not interrupted, if its data, options and callbacks are the same. Arrays and
   * their shuffling go on exactly. A dataset is read again from the beginning of its pass, and the batches that were
   * done are skipped, so it must give the same batches again. A callback must call this in `onTrainBegin`.
   *
   * Throws ValueError, with nothing changed, for a state of another model, optimizer or version.
   */
  restoreTrainingState(state: TrainingState): void {
    this.#trainer.restoreTrainingState(state);
  }

  /**
   * Does `work`, which may train the model, and then puts everything back as it was: weights, the optimizer's numbers, random
   * streams and `utils.setRandomSeed`'s numbers, also when `work` throws. Returns what `work` returns. Datasets go on from
   * where they are.
   *
   * Throws ValueError for a model without weights yet, and while `fit` runs.
   */
  trial<T>(work: () => T | Promise<T>): Promise<T> {
    return this.#trainer.trial(work);
  }

  /** The optimizer that `compile` was given or made; null before. */
  get optimizer(): Optimizer | null {
    return this.compiled?.optimizer ?? null;
  }

  /** For each metric, whether larger or smaller is better, where that is known. */
  get metricDirections(): ReadonlyMap<string, 'up' | 'down'> {
    return this.#trainer.metricDirections;
  }

  /**
   * Trains for `epochs` passes over the data and returns the losses and metrics of each.
   *
   * `x`: a Tensor whose first extent counts samples, a list or record of Tensors for several inputs, or a dataset,
   * which has targets of its own. `y`: likewise, one for each output. Throws ValueError or ShapeError for data that
   * does not fit, before any weight changes; ValueError naming the batch for numbers that are NaN or infinite.
   */
  fit(x: DatasetLike, options?: FitOptions): Promise<History>;
  fit(x: DataInput, y: DataInput | undefined, options?: FitOptions): Promise<History>;
  fit(x: DataInput | DatasetLike, y?: DataInput | FitOptions, options?: FitOptions): Promise<History> {
    return this.#trainer.fit(x, y, options);
  }

  /**
   * Loss and metrics on data: a list with the loss first, or with `returnDict` a record. Without metrics it is a list
   * of one number (Keras gives the number alone), so that its type does not depend on the options of `compile`. Throws
   * as `fit` does.
   */
  evaluate(x: DatasetLike, options?: ForList<EvaluateOptions>): Promise<number[]>;
  evaluate(x: DatasetLike, options: ForRecord<EvaluateOptions>): Promise<Record<string, number>>;
  evaluate(x: DatasetLike, options?: EvaluateOptions): Promise<Evaluation>;
  evaluate(x: DataInput, y: DataInput | undefined, options?: ForList<EvaluateOptions>): Promise<number[]>;
  evaluate(
    x: DataInput,
    y: DataInput | undefined,
    options: ForRecord<EvaluateOptions>,
  ): Promise<Record<string, number>>;
  evaluate(x: DataInput, y: DataInput | undefined, options?: EvaluateOptions): Promise<Evaluation>;
  evaluate(
    x: DataInput | DatasetLike,
    y?: DataInput | EvaluateOptions,
    options?: EvaluateOptions,
  ): Promise<Evaluation> {
    return this.#trainer.evaluate(x, y, options);
  }

  /** The outputs for any number of samples, computed in batches. */
  predict<T extends Prediction = Tensor>(x: DataInput | DatasetLike, options?: PredictOptions): Promise<T>;
  predict(x: DataInput | DatasetLike, options: PredictOptions = {}): Promise<Prediction> {
    return this.#trainer.predict(x, options);
  }

  /** One training step on one batch; returns its loss and metrics as `evaluate` does. */
  trainOnBatch(x: DataInput, y?: DataInput, options?: ForList<BatchOptions>): Promise<number[]>;
  trainOnBatch(
    x: DataInput,
    y: DataInput | undefined,
    options: ForRecord<BatchOptions>,
  ): Promise<Record<string, number>>;
  trainOnBatch(x: DataInput, y?: DataInput, options?: BatchOptions): Promise<Evaluation>;
  trainOnBatch(x: DataInput, y?: DataInput, options: BatchOptions = {}): Promise<Evaluation> {
    return this.#trainer.trainOnBatch(x, y, options);
  }

  /** Loss and metrics of one batch, as `evaluate` returns them. */
  testOnBatch(x: DataInput, y?: DataInput, options?: ForList<BatchOptions>): Promise<number[]>;
  testOnBatch(
    x: DataInput,
    y: DataInput | undefined,
    options: ForRecord<BatchOptions>,
  ): Promise<Record<string, number>>;
  testOnBatch(x: DataInput, y?: DataInput, options?: BatchOptions): Promise<Evaluation>;
  testOnBatch(x: DataInput, y?: DataInput, options: BatchOptions = {}): Promise<Evaluation> {
    return this.#trainer.testOnBatch(x, y, options);
  }

  /** The outputs for one batch. */
  predictOnBatch<T extends Prediction = Tensor>(x: DataInput): Promise<T> {
    return this.#trainer.predictOnBatch(x) as Promise<T>;
  }

  /**
   * Compiles a function that predicts up to `batchSize` (default 1) samples at once, on the caller's thread, from
   * numbers to numbers: the fastest way to a single prediction. For models of one input and one output on the native
   * engine.
   */
  makePredictFunction(options: PredictFunctionOptions = {}): Promise<PredictFunction> {
    return makePredictFunction(this, options);
  }

  /**
   * The graph in a few lines of text, one for each call of a layer: name, class, shape of one sample, parameters, and after
   * `←` the inputs where they are not the line before. Models inside are shown with their layers.
   */
  toText(): string {
    return graphText(this);
  }

  /**
   * The model without its weights as JSON, as Keras' `to_json()` gives it: layers, how they are joined, and, once compiled,
   * optimizer, loss and metrics. Throws UnsupportedError for functions without a name.
   */
  toJson(): string {
    return kerasJson(modelConfig(this));
  }

  /**
   * Writes the model to a `.keras` file, to an `.h5` file in the legacy layout of Keras, or to TensorFlow.js' `.json` with files
   * of the weights beside it. Throws ValueError for another ending and for a model without weights yet, UnsupportedError for
   * layers that the format does not have, FoveaError when a file cannot be written.
   */
  async save(path: FilePath, options: SaveOptions = {}): Promise<void> {
    const { saveModel } = await import('./saving/save.ts');
    await saveModel(this, path, options);
  }

  /**
   * Writes the weights to a `.weights.h5` file, to an `.h5` file in the legacy layout of Keras, or to a `.safetensors` file by
   * their names (`conv2d/kernel`). Throws as `save` does.
   */
  async saveWeights(path: FilePath, options: SaveOptions = {}): Promise<void> {
    const { saveWeights } = await import('./saving/save.ts');
    await saveWeights(this, path, options);
  }

  /**
   * Reads the weights from a file of a model with the same layers, whose format is recognised by its content; `source` is as
   * `loadModel` takes it. Layers are found by their order: with `byName`, in legacy `.h5` files, and always in TensorFlow.js'
   * files by their names. Throws FormatError, and changes nothing, when one does not fit; with `skipMismatch` it keeps its
   * numbers, with a warning.
   */
  async loadWeights(source: FileSource, options: LoadWeightsOptions = {}): Promise<void> {
    const files = withoutLiveList(source);
    const { loadWeights } = await import('./saving/save.ts');
    await loadWeights(this, files, options);
  }
}

/** @file Trainer: what compile, fit, evaluate and predict of a model do (Keras' `trainers/trainer.py`). */

import { ValueError } from '../../base/errors.ts';
import { EventLoopBreaks } from '../../base/event-loop.ts';
import { defaultGenerator } from '../../base/random.ts';
import { RandomStreams } from '../../base/random-streams.ts';
import type { StateValue } from '../../base/state-value.ts';
import { actsOnBatches, CallbackList } from '../../callbacks/callback-list.ts';
import type { History } from '../../callbacks/history.ts';
import { Dataset } from '../../data/dataset.ts';
import { adoptClassNames } from '../class-names.ts';
import { rangeBatch } from './batch.ts';
import { arraySource, type BatchSource, type DataNames, readData } from './batch-source.ts';
import { BatchStream } from './batch-stream.ts';
import { withClassWeight } from './class-weight.ts';
import { type Compiled, type CompileOptions, resolveCompile } from './compile-options.ts';
import { buildForData } from './data-checks.ts';
import { isDataset } from './data-types.ts';
import { EvaluationLoop } from './evaluation-loop.ts';
import { FeatureProgress } from './feature-progress.ts';
import { FeatureSource } from './feature-source.ts';
import { FitLoop } from './fit-loop.ts';
import { checkFront, frontShapes } from './frozen-front.ts';
import { PredictionLoop } from './prediction-loop.ts';
import {
  type BatchOptions,
  checkRunOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
} from './run-options.ts';
import { type FitSources, fitSources, readArguments, sourceOf } from './run-sources.ts';
import { StepCache } from './step-cache.ts';
import { type StepMode, type StepPart, targetPlaces } from './step-graph.ts';
import { StepRunner } from './step-runner.ts';
import { Totals } from './totals.ts';
import type { Evaluation, Prediction, TrainedModel } from './trained-model.ts';
import { checkTrainingState, modelState, restoreModel, type TrainingState } from './training-state.ts';

/** Names of random streams: the order of samples, layers while training, layers while evaluating and predicting. */
const SHUFFLE = 'shuffle';
const LAYERS = 'layers';
const INFERENCE = 'inference';

/** Megabytes that features may take unless `cacheFeatures` says otherwise. */
const MAX_MEGABYTES = 2048;

/** A model's training state. */
export class Trainer {
  readonly #model: TrainedModel;
  readonly #cache = new StepCache();
  readonly #breaks = new EventLoopBreaks();
  readonly #random = new RandomStreams();
  #compiled: Compiled | null = null;
  #generation = 0;
  #fitting = false;
  #loop: FitLoop | null = null;
  /** A state of an interrupted run, from which the next `fit` goes on. */
  #resumed: TrainingState | null = null;
  /** Modes in which a run feeds batches ahead at present. In each mode only one run can. */
  readonly #ahead = new Set<StepMode>();

  constructor(model: TrainedModel) {
    this.#model = model;
  }

  /** What `compile` was given; null before. */
  get compiled(): Compiled | null {
    return this.#compiled;
  }

  /** Whether larger or smaller losses and metrics are better, by name, where that is known. */
  get metricDirections(): ReadonlyMap<string, 'up' | 'down'> {
    return this.#directions;
  }

  #directions: ReadonlyMap<string, 'up' | 'down'> = new Map();

  compile(options: CompileOptions): void {
    this.#refuseWhileFitting('compile');
    this.#adopt(resolveCompile(options, this.#model));
    this.#resumed = null;
  }

  #adopt(compiled: Compiled | null): void {
    this.#compiled = compiled;
    this.#generation++;
    this.#cache.clear();
  }

  trainingState(): TrainingState {
    const run = this.#loop?.getState() ?? null;
    // All streams are made here, so that a state holds all of them: a run that goes on from it does not draw their
    // seeds anew.
    for (const name of [SHUFFLE, LAYERS, INFERENCE]) this.#random.stream(name);
    const state = this.#asCompiled(() => modelState(this.#model, this.#compiled));
    return { ...state, random: this.#random.getState(), run };
  }

  restoreTrainingState(value: StateValue): void {
    const state = checkTrainingState(value);
    if (this.#loop !== null) {
      this.#loop.goOnFrom(state);
      return;
    }
    this.#refuseWhileFitting('restoreTrainingState');
    this.#restore(state);
    this.#resumed = state.run === null ? null : state;
  }

  async trial<T>(work: () => T | Promise<T>): Promise<T> {
    this.#refuseWhileFitting('trial');
    const [model, resumed, chance] = [this.#model, this.#resumed, defaultGenerator().getState()];
    const [compiled, averagesSwapped] = [this.#compiled, this.#compiled?.optimizer.averagesSwapped];
    const { stopTraining, classNames } = model;
    const state = {
      ...this.#asCompiled(() => modelState(model, compiled)),
      random: this.#random.getState(),
      run: null,
    };
    this.#resumed = null;
    try {
      return await work();
    } finally {
      if (this.#compiled !== compiled) this.#adopt(compiled);
      this.#restore(state);
      if (compiled !== null) compiled.optimizer.averagesSwapped = averagesSwapped!;
      this.#resumed = resumed;
      defaultGenerator().setState(chance);
      model.stopTraining = stopTraining;
      model.classNames = classNames;
    }
  }

  #restore(state: TrainingState): void {
    this.#asCompiled(() => restoreModel(this.#model, this.#compiled, state));
    this.#random.setState(state.random);
  }

  async fit(x: unknown, second: unknown, third: FitOptions | undefined): Promise<History> {
    const { y, options } = readArguments('fit', x, second, third);
    checkRunOptions('fit', options);
    const compiled = this.#requireCompiled();
    this.#refuseWhileFitting('fit');
    this.#fitting = true;
    try {
      return await this.#fit(compiled, x, y, options);
    } finally {
      this.#fitting = false;
      this.#loop = null;
    }
  }

  async #fit(compiled: Compiled, x: unknown, y: unknown, options: FitOptions): Promise<History> {
    await this.#buildForDataset(x);
    this.#settleTrained('fit', compiled);
    const names = this.#names(x, compiled);
    const shuffle = options.shuffle === false ? null : this.#random.begin(SHUFFLE);
    const { source, validation, part } = this.#features(
      names,
      x,
      fitSources(names, x, y, options, shuffle),
      options,
    );
    // The streams begin in this order even if no layer draws from them, so that later draws do not depend on the
    // layers.
    this.#random.begin(LAYERS);
    if (validation !== null) this.#random.begin(INFERENCE);
    const train = (runner: StepRunner, tester: StepRunner | null) => {
      const stream = new BatchStream('fit', source, options.stepsPerEpoch ?? null);
      const callbacks = this.#callbacks(options, stream.steps, true);
      const loop = new FitLoop({
        model: this.#model,
        runner,
        stream,
        callbacks,
        evaluation: tester === null ? null : validationLoop(tester, validation!, callbacks, options),
        options,
        setDirections: (directions) => {
          this.#directions = directions;
          adoptClassNames(this.#model, x);
        },
        restore: (state) => this.#restore(state),
        finish: () =>
          this.#asCompiled(() => compiled.optimizer.finalizeVariableValues(this.#model.trainableWeights)),
      });
      if (this.#resumed !== null) loop.goOnFrom(this.#resumed);
      this.#resumed = null;
      this.#loop = loop;
      return loop.run().then(() => callbacks.history!);
    };
    const parts = { ...options, part };
    return this.#withRunner('train', names, source, parts, (runner) =>
      validation === null
        ? train(runner, null)
        : this.#withRunner('test', names, validation, parts, (tester) => train(runner, tester)),
    );
  }

  /** With `cacheFeatures`, sources of the features in the place of those of the samples. */
  #features(
    names: DataNames,
    x: unknown,
    sources: FitSources,
    options: FitOptions,
  ): FitSources & { part: StepPart } {
    const { cacheFeatures = false } = options;
    if (cacheFeatures === false) return { ...sources, part: 'whole' };
    const model = this.#model;
    const variables = this.#asCompiled(() => checkFront(model));
    const { maxMegabytes = MAX_MEGABYTES } = cacheFeatures === true ? {} : cacheFeatures;
    const progress = new FeatureProgress(model, options);
    const make = (mode: 'train' | 'test', name: string, source: BatchSource, data: unknown) => {
      const runner = this.#runner(mode, names, source.batchSize, { part: 'front' });
      const shapes = this.#asCompiled(() => frontShapes(model, mode === 'train'));
      const dataset = isDataset(data) ? data : null;
      return new FeatureSource({ name, source, dataset, runner, shapes, variables, maxMegabytes, progress });
    };
    const { source, validation } = sources;
    const tested =
      validation === null ? null : make('test', 'validation data', validation, options.validationData);
    const trained = make('train', 'training data', source, x);
    return { source: trained.batches(tested), validation: tested?.batches() ?? null, part: 'rest' };
  }

  async evaluate(x: unknown, second: unknown, third: EvaluateOptions | undefined): Promise<Evaluation> {
    const { y, options } = readArguments('evaluate', x, second, third);
    checkRunOptions('evaluate', options);
    const compiled = this.#requireCompiled();
    await this.#buildForDataset(x);
    const names = this.#names(x, compiled);
    const source = sourceOf('evaluate', names, x, y, options, null);
    const totals = await this.#withRunner('test', names, source, options, (runner) => {
      const stream = new BatchStream('evaluate', source, null);
      const steps = options.steps ?? null;
      const callbacks = this.#callbacks(options, steps ?? stream.steps);
      const loop = new EvaluationLoop({ runner, stream, callbacks, steps });
      return loop.run().finally(() => loop.close());
    });
    return options.returnDict === true ? totals.logs() : totals.list();
  }

  async predict(x: unknown, options: PredictOptions): Promise<Prediction> {
    checkRunOptions('predict', options);
    await this.#buildForDataset(x);
    const names = this.#names(x, null);
    const source = sourceOf('predict', names, x, undefined, options, null);
    return this.#withRunner('predict', names, source, options, (runner) => {
      const stream = new BatchStream('predict', source, null);
      const steps = options.steps ?? null;
      const callbacks = this.#callbacks(options, steps ?? stream.steps);
      return new PredictionLoop({ model: this.#model, runner, stream, callbacks, steps }).run();
    });
  }

  async trainOnBatch(x: unknown, y: unknown, options: BatchOptions): Promise<Evaluation> {
    checkRunOptions('trainOnBatch', options);
    this.#refuseWhileFitting('trainOnBatch');
    this.#settleTrained('trainOnBatch', this.#requireCompiled());
    return this.#onBatch('train', x, y, options);
  }

  async testOnBatch(x: unknown, y: unknown, options: BatchOptions): Promise<Evaluation> {
    checkRunOptions('testOnBatch', options);
    return this.#onBatch('test', x, y, options);
  }

  async predictOnBatch(x: unknown): Promise<Prediction> {
    const names = this.#names(x, null);
    const data = readData('predictOnBatch', names, x, undefined, undefined);
    const source = arraySource(data, data.samples, null);
    const runner = this.#runner('predict', names, data.samples);
    const stream = new BatchStream('predictOnBatch', source, null);
    const callbacks = this.#callbacks({ verbose: 0 }, 1);
    return new PredictionLoop({ model: this.#model, runner, stream, callbacks, steps: null }).run();
  }

  async #onBatch(mode: 'train' | 'test', x: unknown, y: unknown, options: BatchOptions): Promise<Evaluation> {
    const names = this.#names(x, this.#requireCompiled());
    const read = readData(`${mode}OnBatch`, names, x, y, options.sampleWeight);
    const data = withClassWeight(read, options.classWeight);
    const runner = this.#runner(mode, names, data.samples);
    await runner.prepare(data);
    const { step, reported } = await runner.run(rangeBatch(data, 0, data.samples), 'the batch');
    // In a program of such calls alone, finalizers would never run, and dropped models would stay in memory.
    await this.#breaks.pause();
    const totals = new Totals();
    totals.add(step.reported, reported);
    return options.returnDict === true ? totals.logs() : totals.list();
  }

  /** The names of inputs and targets; a model that is open still is built for `x`, when that is an array. */
  #names(x: unknown, compiled: Compiled | null): DataNames {
    const model = this.#model;
    if (model.graph === null && !isDataset(x) && x !== undefined && x !== null) {
      model.withInputsOf(x, () => {
        const names = { inputs: model.inputNames, outputs: [], targets: [] };
        buildForData(model, readData('build', names, x, undefined, undefined).x);
      });
    } else if (!isDataset(x)) model.withInputsOf(x, () => {});
    const targets = compiled === null ? [] : targetPlaces(model, compiled);
    return { inputs: model.inputNames, outputs: model.outputNames, targets };
  }

  /** Builds a model of a user's own class, which may have several inputs and outputs, for a dataset's first batch. */
  async #buildForDataset(x: unknown): Promise<void> {
    const model = this.#model;
    if (model.graph !== null || model.isGraph || !(x instanceof Dataset)) return;
    const state = x.getState();
    try {
      for await (const batch of x) {
        this.#names(Array.isArray(batch) ? batch[0] : batch, null);
        break;
      }
    } finally {
      x.setState(state);
    }
  }

  /** Calls `work` with a runner for the source's batches. Arrays are checked as a whole first. */
  async #withRunner<T>(
    mode: StepMode,
    names: DataNames,
    source: BatchSource,
    { callbacks, part }: Pick<FitOptions, 'callbacks'> & { readonly part?: StepPart },
    work: (runner: StepRunner) => Promise<T>,
  ): Promise<T> {
    // A single batch is faster without a series.
    const inSeries = !(mode === 'predict' && source.steps === 1);
    const ahead = inSeries && !this.#ahead.has(mode) && !actsOnBatches(callbacks, mode);
    if (ahead) this.#ahead.add(mode);
    try {
      const runner = this.#runner(mode, names, source.batchSize, { ahead, part });
      if (source.whole !== null) await runner.prepare(source.whole);
      return await work(runner);
    } finally {
      if (ahead) this.#ahead.delete(mode);
    }
  }

  #runner(
    mode: StepMode,
    names: DataNames,
    batchSize: number | null,
    {
      ahead = false,
      part = 'whole',
    }: { readonly ahead?: boolean; readonly part?: StepPart | undefined } = {},
  ): StepRunner {
    const stream = mode === 'train' ? LAYERS : INFERENCE;
    this.#random.renew(stream);
    const context = {
      model: this.#model,
      mode,
      part,
      compiled: this.#compiled,
      generation: this.#generation,
      targets: names.targets,
      ahead,
      cache: this.#cache,
      random: (seed: number | null) => this.#random.stream(stream, seed),
    };
    return new StepRunner(context, batchSize);
  }

  #callbacks(
    options: Pick<FitOptions, 'callbacks' | 'verbose' | 'epochs'>,
    steps: number | null,
    history = false,
  ): CallbackList {
    const { callbacks, verbose = 'auto', epochs = 1 } = options;
    return new CallbackList({ callbacks, model: this.#model, params: { verbose, epochs, steps }, history });
  }

  /** Does `work` while the layers train that do in this model. */
  #asCompiled<T>(work: () => T): T {
    return this.#compiled === null ? work() : this.#compiled.trained.during(work);
  }

  /** Settles which layers train until the next `compile`. Warns of layers that were frozen or set free since the last one. */
  #settleTrained(method: string, { trained }: Compiled): void {
    trained.settle();
    const changes = trained.changes();
    if (changes.length === 0) return;
    const names = changes.map((name) => `'${name}'`).join(', ');
    console.warn(
      `${method}: \`trainable\` of ${names} was changed after compile(). Call compile() again, so that the change takes effect ` +
        `and the optimizer fits the weights that '${this.#model.name}' trains.`,
    );
  }

  #requireCompiled(): Compiled {
    if (this.#compiled === null)
      throw new ValueError(
        "You must call `compile()` before using the model: give it a loss, as in compile({ loss: 'mse' }).",
      );
    return this.#compiled;
  }

  #refuseWhileFitting(method: string): void {
    if (!this.#fitting) return;
    throw new ValueError(
      `${method}() was called while fit() is running on the same model '${this.#model.name}'. Await fit() first.`,
    );
  }
}

function validationLoop(
  runner: StepRunner,
  source: BatchSource,
  callbacks: CallbackList,
  options: FitOptions,
): EvaluationLoop {
  const stream = new BatchStream('fit (validationData)', source, null);
  return new EvaluationLoop({ runner, stream, callbacks, steps: options.validationSteps ?? null });
}

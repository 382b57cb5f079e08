/** @file Trainer: what compile, fit, evaluate and predict of a model do (Keras' `trainers/trainer.py`). */

import { ValueError } from '../../base/errors.ts';
import { EventLoopBreaks } from '../../base/event-loop.ts';
import { defaultGenerator } from '../../base/random.ts';
import type { StateValue } from '../../base/state-value.ts';
import { CallbackList } from '../../callbacks/callback-list.ts';
import type { History } from '../../callbacks/history.ts';
import { adoptClassNames } from '../class-names.ts';
import { rangeBatch } from './batch.ts';
import { arraySource, type BatchSource, readData } from './batch-source.ts';
import { BatchStream } from './batch-stream.ts';
import { withClassWeight } from './class-weight.ts';
import { type Compiled, type CompileOptions, resolveCompile } from './compile-options.ts';
import { buildForDataset, namesForData } from './data-of-model.ts';
import { EvaluationLoop } from './evaluation-loop.ts';
import { featureSources } from './feature-sources.ts';
import { FitLoop } from './fit-loop.ts';
import { PredictionLoop } from './prediction-loop.ts';
import {
  type BatchOptions,
  checkRunOptions,
  type EvaluateOptions,
  type FitOptions,
  type PredictOptions,
} from './run-options.ts';
import { fitSources, readArguments, sourceOf } from './run-sources.ts';
import { INFERENCE, LAYERS, Runners, SHUFFLE } from './runners.ts';
import type { StepRunner } from './step-runner.ts';
import { Totals } from './totals.ts';
import type { Evaluation, Prediction, TrainedModel } from './trained-model.ts';
import { checkTrainingState, modelState, restoreModel, type TrainingState } from './training-state.ts';

/** A model's training state. */
export class Trainer {
  readonly #model: TrainedModel;
  readonly #runners: Runners;
  readonly #breaks = new EventLoopBreaks();
  #fitting = false;
  #loop: FitLoop | null = null;
  /** A state of an interrupted run, from which the next `fit` goes on. */
  #resumed: TrainingState | null = null;

  constructor(model: TrainedModel) {
    this.#model = model;
    this.#runners = new Runners(model);
  }

  /** What `compile` was given; null before. */
  get compiled(): Compiled | null {
    return this.#runners.compiled;
  }

  /** Whether larger or smaller losses and metrics are better, by name, where that is known. */
  get metricDirections(): ReadonlyMap<string, 'up' | 'down'> {
    return this.#directions;
  }

  #directions: ReadonlyMap<string, 'up' | 'down'> = new Map();

  compile(options: CompileOptions): void {
    this.#refuseWhileFitting('compile');
    this.#runners.adopt(resolveCompile(options, this.#model));
    this.#resumed = null;
  }

  trainingState(): TrainingState {
    const run = this.#loop?.getState() ?? null;
    // All streams are made here, so that a state holds all of them: a run that goes on from it does not draw their
    // seeds anew.
    for (const name of [SHUFFLE, LAYERS, INFERENCE]) this.#runners.random.stream(name);
    const state = this.#asCompiled(() => modelState(this.#model, this.compiled));
    return { ...state, random: this.#runners.random.getState(), run };
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
    const [compiled, averagesSwapped] = [this.compiled, this.compiled?.optimizer.averagesSwapped];
    const { stopTraining, classNames } = model;
    const state = {
      ...this.#asCompiled(() => modelState(model, compiled)),
      random: this.#runners.random.getState(),
      run: null,
    };
    this.#resumed = null;
    try {
      return await work();
    } finally {
      if (this.compiled !== compiled) this.#runners.adopt(compiled);
      this.#restore(state);
      if (compiled !== null) compiled.optimizer.averagesSwapped = averagesSwapped!;
      this.#resumed = resumed;
      defaultGenerator().setState(chance);
      model.stopTraining = stopTraining;
      model.classNames = classNames;
    }
  }

  #restore(state: TrainingState): void {
    this.#asCompiled(() => restoreModel(this.#model, this.compiled, state));
    this.#runners.random.setState(state.random);
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
    await buildForDataset(this.#model, x);
    this.#settleTrained('fit', compiled);
    const names = namesForData(this.#model, x, compiled);
    const shuffle = options.shuffle === false ? null : this.#runners.random.begin(SHUFFLE);
    const context = {
      ...{ model: this.#model, runners: this.#runners, names },
      asCompiled: <T>(work: () => T) => this.#asCompiled(work),
    };
    const sources = fitSources(names, x, y, options, shuffle);
    const { source, validation, part } = featureSources(context, x, sources, options);
    // The streams begin in this order even if no layer draws from them, so that later draws do not depend on the
    // layers.
    this.#runners.random.begin(LAYERS);
    if (validation !== null) this.#runners.random.begin(INFERENCE);
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
    return this.#runners.with('train', names, source, parts, (runner) =>
      validation === null
        ? train(runner, null)
        : this.#runners.with('test', names, validation, parts, (tester) => train(runner, tester)),
    );
  }

  async evaluate(x: unknown, second: unknown, third: EvaluateOptions | undefined): Promise<Evaluation> {
    const { y, options } = readArguments('evaluate', x, second, third);
    checkRunOptions('evaluate', options);
    const compiled = this.#requireCompiled();
    await buildForDataset(this.#model, x);
    const names = namesForData(this.#model, x, compiled);
    const source = sourceOf('evaluate', names, x, y, options, null);
    const totals = await this.#runners.with('test', names, source, options, (runner) => {
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
    await buildForDataset(this.#model, x);
    const names = namesForData(this.#model, x, null);
    const source = sourceOf('predict', names, x, undefined, options, null);
    return this.#runners.with('predict', names, source, options, (runner) => {
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
    const names = namesForData(this.#model, x, null);
    const data = readData('predictOnBatch', names, x, undefined, undefined);
    const source = arraySource(data, data.samples, null);
    const runner = this.#runners.make('predict', names, data.samples);
    const stream = new BatchStream('predictOnBatch', source, null);
    const callbacks = this.#callbacks({ verbose: 0 }, 1);
    return new PredictionLoop({ model: this.#model, runner, stream, callbacks, steps: null }).run();
  }

  async #onBatch(mode: 'train' | 'test', x: unknown, y: unknown, options: BatchOptions): Promise<Evaluation> {
    const names = namesForData(this.#model, x, this.#requireCompiled());
    const read = readData(`${mode}OnBatch`, names, x, y, options.sampleWeight);
    const data = withClassWeight(read, options.classWeight);
    const runner = this.#runners.make(mode, names, data.samples);
    await runner.prepare(data);
    const { step, reported } = await runner.run(rangeBatch(data, 0, data.samples), 'the batch');
    // In a program of such calls alone, finalizers would never run, and dropped models would stay in memory.
    await this.#breaks.pause();
    const totals = new Totals();
    totals.add(step.reported, reported);
    return options.returnDict === true ? totals.logs() : totals.list();
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
    return this.compiled === null ? work() : this.compiled.trained.during(work);
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
    if (this.compiled === null)
      throw new ValueError(
        "You must call `compile()` before using the model: give it a loss, as in compile({ loss: 'mse' }).",
      );
    return this.compiled;
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

/** @file Trainer: what compile, fit, evaluate and predict of a model do (Keras' `trainers/trainer.py`). */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { nextSeed, RandomGenerator } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { CallbackList } from '../../callbacks/callback-list.ts';
import type { History } from '../../callbacks/history.ts';
import { isRecord } from '../structure.ts';
import {
  arraySource,
  type BatchSource,
  type DataNames,
  datasetSource,
  rangeBatch,
  readData,
} from './batch-source.ts';
import { BatchStream } from './batch-stream.ts';
import { withClassWeight } from './class-weight.ts';
import { type Compiled, type CompileOptions, resolveCompile } from './compile-options.ts';
import { buildForData } from './data-checks.ts';
import { isDataset } from './data-types.ts';
import { EvaluationLoop } from './evaluation-loop.ts';
import { FitLoop } from './fit-loop.ts';
import { PredictionLoop } from './prediction-loop.ts';
import {
  type BatchOptions,
  checkRunOptions,
  type EvaluateOptions,
  type FitOptions,
  optionNames,
  type PredictOptions,
} from './run-options.ts';
import { StepCache } from './step-cache.ts';
import { type StepMode, targetNames } from './step-graph.ts';
import { StepRunner } from './step-runner.ts';
import { Totals } from './totals.ts';
import type { Evaluation, Prediction, TrainedModel } from './trained-model.ts';
import { batchSizeOf, splitData, validationSource } from './validation.ts';

/** A model's training state. */
export class Trainer {
  readonly #model: TrainedModel;
  readonly #cache = new StepCache();
  #compiled: Compiled | null = null;
  #generation = 0;
  #fitting = false;

  constructor(model: TrainedModel) {
    this.#model = model;
  }

  /** What `compile` was given; null before. */
  get compiled(): Compiled | null {
    return this.#compiled;
  }

  /** Which way losses and metrics get better, by name, where that is known. */
  get metricDirections(): ReadonlyMap<string, 'up' | 'down'> {
    return this.#directions;
  }

  #directions: ReadonlyMap<string, 'up' | 'down'> = new Map();

  compile(options: CompileOptions): void {
    this.#refuseWhileFitting('compile');
    this.#compiled = resolveCompile(options);
    this.#generation++;
    this.#cache.clear();
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
    }
  }

  async #fit(compiled: Compiled, x: unknown, y: unknown, options: FitOptions): Promise<History> {
    const names = this.#names(x, compiled);
    const shuffle = options.shuffle === false ? null : new RandomGenerator(nextSeed());
    const { source, validation } = fitSources(names, x, y, options, shuffle);
    const runner = this.#runner('train', names, source.batchSize);
    const validationRunner = this.#runner('test', names, validation?.batchSize ?? null);
    if (source.whole !== null) await runner.prepare(source.whole);
    if (validation?.whole) await validationRunner.prepare(validation.whole);
    const stream = new BatchStream('fit', source, options.stepsPerEpoch ?? null);
    const { verbose = 'auto', epochs = 1 } = options;
    const callbacks = new CallbackList({
      callbacks: options.callbacks,
      model: this.#model,
      params: { verbose, epochs, steps: stream.steps },
      history: true,
    });
    const evaluation =
      validation === null
        ? null
        : new EvaluationLoop({
            runner: validationRunner,
            stream: new BatchStream('fit (validationData)', validation, null),
            callbacks,
            steps: options.validationSteps ?? null,
          });
    const setDirections = (directions: ReadonlyMap<string, 'up' | 'down'>) => {
      this.#directions = directions;
    };
    const loop = new FitLoop({
      model: this.#model,
      runner,
      stream,
      callbacks,
      evaluation,
      options,
      setDirections,
    });
    await loop.run();
    return callbacks.history!;
  }

  async evaluate(x: unknown, second: unknown, third: EvaluateOptions | undefined): Promise<Evaluation> {
    const { y, options } = readArguments('evaluate', x, second, third);
    checkRunOptions('evaluate', options);
    const names = this.#names(x, this.#requireCompiled());
    const source = sourceOf('evaluate', names, x, y, options, null);
    const runner = this.#runner('test', names, source.batchSize);
    if (source.whole !== null) await runner.prepare(source.whole);
    const stream = new BatchStream('evaluate', source, null);
    const steps = options.steps ?? null;
    const callbacks = this.#callbacks(options, steps ?? stream.steps);
    const totals = await new EvaluationLoop({ runner, stream, callbacks, steps }).run();
    return options.returnDict === true ? totals.logs() : totals.list();
  }

  async predict(x: unknown, options: PredictOptions): Promise<Prediction> {
    checkRunOptions('predict', options);
    const names = this.#names(x, null);
    const source = sourceOf('predict', names, x, undefined, options, null);
    const runner = this.#runner('predict', names, source.batchSize);
    if (source.whole !== null) await runner.prepare(source.whole);
    const stream = new BatchStream('predict', source, null);
    const steps = options.steps ?? null;
    const callbacks = this.#callbacks(options, steps ?? stream.steps);
    return new PredictionLoop({ model: this.#model, runner, stream, callbacks, steps }).run();
  }

  async trainOnBatch(x: unknown, y: unknown, options: BatchOptions): Promise<Evaluation> {
    checkRunOptions('trainOnBatch', options);
    this.#refuseWhileFitting('trainOnBatch');
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
    const { step, reported } = await runner.run(rangeBatch(data, 0, data.samples), 'the batch');
    const totals = new Totals();
    totals.add(step.reported, reported, data.samples);
    return options.returnDict === true ? totals.logs() : totals.list();
  }

  /** The names of inputs and targets; a model that is open still is built for `x`, when that is an array. */
  #names(x: unknown, compiled: Compiled | null): DataNames {
    const model = this.#model;
    if (model.graph === null && !isDataset(x) && x !== undefined && x !== null) {
      const names = { inputs: model.inputNames, targets: [] };
      buildForData(model, readData('build', names, x, undefined, undefined).x);
    }
    return { inputs: model.inputNames, targets: compiled === null ? [] : targetNames(model, compiled) };
  }

  #runner(mode: StepMode, names: DataNames, batchSize: number | null): StepRunner {
    const seeds = new RandomGenerator(nextSeed());
    const context = {
      model: this.#model,
      mode,
      compiled: this.#compiled,
      generation: this.#generation,
      targets: names.targets,
      cache: this.#cache,
      nextSeed: () => seeds.nextUint32(),
    };
    return new StepRunner(context, batchSize);
  }

  #callbacks(options: PredictOptions, steps: number | null): CallbackList {
    const { callbacks, verbose = 'auto' } = options;
    return new CallbackList({
      callbacks,
      model: this.#model,
      params: { verbose, epochs: 1, steps },
      history: false,
    });
  }

  #requireCompiled(): Compiled {
    if (this.#compiled === null) throw new ValueError('You must call `compile()` before using the model.');
    return this.#compiled;
  }

  #refuseWhileFitting(method: string): void {
    if (!this.#fitting) return;
    throw new ValueError(
      `${method}() was called while fit() is running on the same model '${this.#model.name}'. Await fit() first.`,
    );
  }
}

/** `(x, y, options)`, or `(dataset, options)`. Throws ValueError when both a dataset and targets are given. */
function readArguments<O extends object>(
  method: 'fit' | 'evaluate',
  x: unknown,
  second: unknown,
  third: O | undefined,
): { y: unknown; options: O } {
  if (!isDataset(x)) return { y: second, options: third ?? ({} as O) };
  const known = optionNames(method);
  const isOptions =
    isRecord(second) && !(second instanceof Tensor) && Object.keys(second).every((k) => known.includes(k));
  if (second === undefined || second === null) return { y: undefined, options: third ?? ({} as O) };
  if (third === undefined && isOptions) return { y: undefined, options: second as O };
  throw new ValueError(
    `${method}: a dataset brings its targets, so y must be left out; received ${describeValue(second)}.`,
  );
}

function sourceOf(
  method: string,
  names: DataNames,
  x: unknown,
  y: unknown,
  options: EvaluateOptions,
  shuffle: RandomGenerator | null,
): BatchSource {
  if (!isDataset(x)) {
    return arraySource(readData(method, names, x, y, options.sampleWeight), batchSizeOf(options), shuffle);
  }
  refuseWithDataset(method, options, ['batchSize', 'sampleWeight']);
  return datasetSource(method, x, names);
}

function refuseWithDataset(method: string, options: object, refused: readonly string[]): void {
  for (const name of refused) {
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    throw new ValueError(
      `${method}: ${name} is for arrays; a dataset brings its own batches. Leave ${name} out.`,
    );
  }
}

function fitSources(
  names: DataNames,
  x: unknown,
  y: unknown,
  options: FitOptions,
  shuffle: RandomGenerator | null,
): { source: BatchSource; validation: BatchSource | null } {
  const { validationSplit = 0, validationData, classWeight } = options;
  if (isDataset(x)) {
    if (validationSplit > 0) {
      throw new ValueError('Argument `validationSplit` is only supported for arrays, not for a dataset.');
    }
    refuseWithDataset('fit', options, ['classWeight']);
    const source = sourceOf(
      'fit',
      names,
      x,
      y,
      {
        ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
        ...(options.sampleWeight === undefined ? {} : { sampleWeight: options.sampleWeight }),
      },
      null,
    );
    return { source, validation: validationSource(names, options, null) };
  }
  const all = readData('fit', names, x, y, options.sampleWeight);
  const splits = validationSplit > 0 && (validationData === undefined || validationData === null);
  const [train, split] = splits ? splitData(all, validationSplit) : [all, null];
  const source = arraySource(withClassWeight(train, classWeight), batchSizeOf(options), shuffle);
  return { source, validation: validationSource(names, options, split) };
}

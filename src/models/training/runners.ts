/** @file Runners: makes what runs a model's steps, with the model's compiled steps and random streams. */

import { RandomStreams } from '../../base/random-streams.ts';
import { actsOnBatches } from '../../callbacks/callback-list.ts';
import type { BatchSource, DataNames } from './batch-source.ts';
import type { Compiled } from './compile-options.ts';
import type { FitOptions } from './run-options.ts';
import { StepCache } from './step-cache.ts';
import type { StepMode, StepPart } from './step-graph.ts';
import { StepRunner } from './step-runner.ts';
import type { TrainedModel } from './trained-model.ts';

/** Names of random streams: the order of samples, layers while training, layers while evaluating and predicting. */
export const SHUFFLE = 'shuffle';
export const LAYERS = 'layers';
export const INFERENCE = 'inference';

/** What a runner is for, besides the mode. */
interface RunnerOptions {
  /** Whether batches are fed ahead. Default false. */
  readonly ahead?: boolean;
  /** Which part of the step it runs. Default 'whole'. */
  readonly part?: StepPart | undefined;
}

/** Makes the runners of one model. */
export class Runners {
  readonly random = new RandomStreams();
  readonly #model: TrainedModel;
  readonly #cache = new StepCache();
  #compiled: Compiled | null = null;
  #generation = 0;
  /** Modes in which a run feeds batches ahead at present. In each mode only one run can. */
  readonly #ahead = new Set<StepMode>();

  constructor(model: TrainedModel) {
    this.#model = model;
  }

  /** What the model was compiled with; null before. */
  get compiled(): Compiled | null {
    return this.#compiled;
  }

  /** Steps are made anew from here on. */
  adopt(compiled: Compiled | null): void {
    this.#compiled = compiled;
    this.#generation++;
    this.#cache.clear();
  }

  /** A runner for batches of at most `batchSize` samples; null where that is not known. */
  make(
    mode: StepMode,
    { targets }: DataNames,
    batchSize: number | null,
    { ahead = false, part = 'whole' }: RunnerOptions = {},
  ): StepRunner {
    const stream = mode === 'train' ? LAYERS : INFERENCE;
    this.random.renew(stream);
    const context = {
      ...{ model: this.#model, mode, part, targets, ahead },
      compiled: this.#compiled,
      generation: this.#generation,
      cache: this.#cache,
      random: (seed: number | null) => this.random.stream(stream, seed),
    };
    return new StepRunner(context, batchSize);
  }

  /** Calls `work` with a runner for the source's batches. Arrays are checked as a whole first. */
  async with<T>(
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
      const runner = this.make(mode, names, source.batchSize, { ahead, part });
      if (source.whole !== null) await runner.prepare(source.whole);
      return await work(runner);
    } finally {
      if (ahead) this.#ahead.delete(mode);
    }
  }
}

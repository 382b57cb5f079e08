/** @file Batches of the values of a model's frozen front, which are computed once for each sample (`fit`'s `cacheFeatures`). */

import type { Variable } from '../../graph/variable.ts';
import { arraySource, type BatchSource } from './batch-source.ts';
import { BatchStream } from './batch-stream.ts';
import type { DatasetLike } from './data-types.ts';
import { DatasetRows } from './dataset-rows.ts';
import type { FeatureProgress } from './feature-progress.ts';
import { FeatureRows } from './feature-rows.ts';
import type { StepRunner } from './step-runner.ts';

/** Thrown when training is to stop while features are computed, so before the epoch that needs them has a batch. */
export class StoppedBeforeEpoch extends Error {
  override name = 'StoppedBeforeEpoch';
}

export interface FeatureOptions {
  /** The data, for messages: `training data` or `validation data`. */
  readonly name: string;
  /** The samples. */
  readonly source: BatchSource;
  /** The dataset of which they come; null for arrays. */
  readonly dataset: DatasetLike | null;
  /** Runs the front. */
  readonly runner: StepRunner;
  /** Shapes of one sample's values. */
  readonly shapes: readonly (readonly number[])[];
  /** The variables that the front reads. */
  readonly variables: readonly Variable[];
  readonly maxMegabytes: number;
  readonly progress: FeatureProgress;
  /** Whether training is to stop. Asked after each batch. */
  readonly stops: () => boolean;
}

/** Computes the values when the first pass begins, and again when weights of the front were assigned since. */
export class FeatureSource {
  readonly #options: FeatureOptions;
  readonly #rows: FeatureRows;
  readonly #places: DatasetRows | null;
  #computedFor: number | null = null;

  /** Throws ValueError for data that cannot be read again, and for too much of it. */
  constructor(options: FeatureOptions) {
    const { source, dataset, shapes, name, maxMegabytes } = options;
    this.#options = options;
    this.#rows = new FeatureRows(name, shapes, maxMegabytes, source.whole);
    this.#places = dataset === null ? null : new DatasetRows(dataset, source);
  }

  /** The batches of values. `also`: what to compute before the first pass as well. */
  batches(also: FeatureSource | null = null): BatchSource {
    const { source } = this.#options;
    const before = async () => {
      await this.#ready();
      if (also !== null) await also.#ready();
      await this.#places?.prepare();
    };
    const { whole } = this.#rows;
    if (whole !== null) return { ...arraySource(whole, source.batchSize!, source.shuffle), before };
    const { batchSize, onePass, goesOn, shuffle, state } = source;
    return {
      get steps() {
        return source.steps;
      },
      ...{ batchSize, onePass, goesOn, shuffle, state, whole, before },
      epoch: () => this.#places!.batches(this.#rows.all),
    };
  }

  async #ready(): Promise<void> {
    const assignments = this.#options.variables.reduce((sum, variable) => sum + variable.assignments, 0);
    if (assignments === this.#computedFor) return;
    await this.#compute();
    this.#computedFor = assignments;
  }

  /** Throws StoppedBeforeEpoch when training is to stop. */
  async #compute(): Promise<void> {
    const { source, runner, progress, name, stops } = this.#options;
    const { whole, steps } = source;
    const ordered = whole === null ? source : arraySource(whole, source.batchSize!, null);
    const stream = new BatchStream(`fit (${name})`, ordered, null);
    await progress.begin(name, { steps, samples: whole?.samples ?? null, bytes: this.#rows.bytesPerSample });
    await this.#places?.begin();
    this.#rows.begin();
    try {
      let index = 0;
      for await (const batch of stream.epoch()) {
        const { predictions } = await runner.run(batch, `batch ${index} of the ${name}`);
        this.#places?.check(batch.data);
        this.#rows.add(batch.data, batch.samples, predictions, steps);
        await progress.batch(index++);
        if (!stops()) continue;
        progress.stopped();
        throw new StoppedBeforeEpoch();
      }
    } finally {
      await stream.close();
    }
    await this.#places?.end();
    await progress.end();
  }
}

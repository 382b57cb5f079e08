/** @file Which rows, of values computed in one pass over a dataset, make up the batches of its later passes. */

import { ValueError } from '../../base/errors.ts';
import type { StateValue } from '../../base/state-value.ts';
import { Tensor } from '../../base/tensor.ts';
import { Dataset } from '../../data/dataset.ts';
import { placesOf } from '../../data/places.ts';
import type { Source } from '../../data/source.ts';
import { type Batch, type Examples, rowsBatch } from './batch.ts';
import type { BatchSource } from './batch-source.ts';
import type { DatasetLike } from './data-types.ts';

const INSTEAD =
  'Leave cacheFeatures out, or predict the features once and train a model of the other layers on them.';

/** Rows that samples have, or whole batches where the dataset is made of such. */
interface Rows {
  readonly first: number;
  readonly count: number;
}

/** Follows one pass that computes rows; then gives passes of these rows that go like the dataset's. */
export class DatasetRows {
  readonly #dataset: DatasetLike;
  readonly #batches: BatchSource;
  #state: StateValue = null;
  #first: Examples | null = null;
  #sizes: number[] = [];
  #rows = new Map<string, Rows>();
  /** Rows of each batch of the pass to come, and the dataset's state after it. */
  #pass: readonly Int32Array[] = [];
  #after: StateValue = null;

  /** Throws ValueError for data whose passes cannot be repeated. `batches`: the dataset's. */
  constructor(dataset: DatasetLike, batches: BatchSource) {
    this.#dataset = dataset;
    this.#batches = batches;
    if (batches.onePass) {
      throw new ValueError(
        `fit: cacheFeatures needs data that can be read again, but a generator has one pass. Make it a dataset with ` +
          `data.fromGenerator(fn). ${INSTEAD}`,
      );
    }
    if (dataset.length === Number.POSITIVE_INFINITY) {
      throw new ValueError(
        'fit: cacheFeatures reads the whole dataset once, but this one never ends. Leave repeat() out: every epoch begins a new pass.',
      );
    }
    this.#places();
  }

  /** To be called before the pass. Reads the first batch, to compare. */
  async begin(): Promise<void> {
    this.#state = this.#dataset instanceof Dataset ? this.#dataset.getState() : null;
    this.#sizes = [];
    this.#first = null;
    for await (const { data } of this.#batches.epoch()) {
      this.#first = data;
      break;
    }
    this.#rewind();
  }

  /** To be called with each batch of the pass. Throws ValueError when the first one is not what it was before. */
  check(data: Examples): void {
    if (this.#sizes.length === 0 && this.#first !== null && !sameNumbers(this.#first.x, data.x)) {
      throw new ValueError(
        'fit: cacheFeatures computes the features of a sample once, but this dataset makes other samples in each pass, as random ' +
          `changes in map() or a generator do. ${INSTEAD}`,
      );
    }
    this.#sizes.push(data.samples);
  }

  /** To be called after the pass: finds out which rows belong to which samples. */
  async end(): Promise<void> {
    this.#rewind();
    this.#rows = new Map();
    let [index, first] = [0, 0];
    for await (const batch of this.#places().open()) {
      const samples = this.#sizes[index++] ?? 0;
      const keys = keysOf(batch, samples);
      keys.forEach((key, i) => {
        const rows = keys.length === samples ? { first: first + i, count: 1 } : { first, count: samples };
        if (!this.#rows.has(key)) this.#rows.set(key, rows);
      });
      first += samples;
    }
    this.#rewind();
  }

  /** To be called before each pass: finds out its batches. Throws ValueError for a sample that was not in the pass before. */
  async prepare(): Promise<void> {
    const { state } = this.#batches;
    const from = state?.getState() ?? null;
    const pass: Int32Array[] = [];
    for await (const batch of this.#places().open()) {
      const rows: number[] = [];
      for (const key of this.#keysOf(batch)) {
        const { first, count } = this.#rows.get(key)!;
        for (let i = 0; i < count; i++) rows.push(first + i);
      }
      pass.push(Int32Array.from(rows));
    }
    this.#pass = pass;
    this.#after = state?.getState() ?? null;
    state?.setState(from);
  }

  /** The pass that was prepared, of rows of `data`. All of its batches are there at once. */
  batches(data: Examples): Iterable<Batch> {
    this.#batches.state?.setState(this.#after);
    return this.#pass.map((rows) => rowsBatch(data, rows));
  }

  /** The keys of a batch whose samples are all known. */
  #keysOf(batch: unknown): readonly string[] {
    for (const samples of [null, 0]) {
      const keys = keysOf(batch, samples);
      if (keys.every((key) => this.#rows.has(key))) return keys;
    }
    throw new ValueError(
      'fit: with cacheFeatures, an epoch has samples that were not in the pass that computed the features, as after take(), skip() ' +
        'or dropRemainder behind shuffle(). Put shuffle() behind take() and skip(), and leave dropRemainder out.',
    );
  }

  #rewind(): void {
    if (this.#dataset instanceof Dataset) this.#dataset.setState(this.#state);
  }

  #places(): Source<unknown> {
    const batches = this.#sizes.length > 0 ? this.#sizes.length : null;
    const other = { length: batches, parts: [], open: () => this.#batches.epoch() };
    const places = placesOf(this.#dataset instanceof Dataset ? this.#dataset.source : (other as never));
    if (places !== null) return places;
    throw new ValueError(
      'fit: cacheFeatures cannot tell which samples the batches of this dataset have, because it changes images at random, as most ' +
        `ImageDataGenerators do, or takes batches apart with unbatch(). Use a generator without random changes, data.fromTensors, ` +
        `datasetFromDirectory or the like, with map(), shuffle() and batch(). ${INSTEAD}`,
    );
  }
}

/** A key for each of `samples` samples of a batch of places, or one for the whole batch. Null: as many as there are places. */
function keysOf(batch: unknown, samples: number | null): string[] {
  const leaves = leavesOf(batch);
  const counts = new Set(leaves.map((leaf) => (leaf instanceof Tensor ? leaf.size : -1)));
  const [count] = counts;
  if (counts.size === 1 && count !== -1 && (samples === null || samples === count)) {
    return Array.from({ length: count! }, (_, i) => leaves.map((leaf) => (leaf as Tensor).data[i]).join());
  }
  return [leaves.map((leaf) => (leaf instanceof Tensor ? `[${leaf.data.join()}]` : String(leaf))).join()];
}

function leavesOf(value: unknown): (Tensor | number)[] {
  return Array.isArray(value) ? value.flatMap(leavesOf) : [value as Tensor | number];
}

function sameNumbers(a: readonly Tensor[], b: readonly Tensor[]): boolean {
  return a.every((tensor, i) => {
    const other = b[i]!.data;
    return tensor.size === other.length && tensor.data.every((value, j) => Object.is(value, other[j]));
  });
}

/** @file Dataset: elements that are made while they are used, stage after stage (tf.data's `Dataset`). */

import { ValueError } from '../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import type { StateValue } from '../base/state-value.ts';
import { batched, unbatched } from './batch.ts';
import { cached } from './cache.ts';
import type { Batched, Unbatched } from './element.ts';
import { mapped, prefetched } from './map.ts';
import { concatenated, repeated, skipped, taken, zipped } from './selection.ts';
import { shuffled } from './shuffle.ts';
import { restoreSource, type Source, stateOf } from './source.ts';

export interface MapOptions {
  /** How many elements the function works on at a time; the order stays. Default 1. */
  readonly parallel?: number;
}

export interface DatasetBatchOptions {
  /** Whether a last batch of fewer elements is left out. Default false. */
  readonly dropRemainder?: boolean;
}

export interface ShuffleOptions {
  /** Default: drawn from the generator of `utils.setRandomSeed`. */
  readonly seed?: number | null;
  /** Whether each pass has another order. Default true. */
  readonly reshuffleEachIteration?: boolean;
}

/**
 * Elements that are made while they are used: `for await (const element of dataset)`. Each iteration is a new pass. A
 * method makes a new dataset of this one; nothing is read before the first element is asked for, and each stage holds a
 * bounded number of elements (`cache` excepted). Leaving a pass early ends the passes over everything below.
 *
 * In `fit`, `evaluate` and `predict` the elements are batches: `[x, y]`, `[x, y, sampleWeight]`, or for `predict` `x`.
 */
export class Dataset<T = unknown> implements AsyncIterable<T> {
  /** What passes read. Datasets of other kinds are made of it. */
  readonly source: Source<T>;
  /** Names of the classes that labels count; null when unknown. They go along to the datasets made of this one. */
  readonly classNames: readonly string[] | null;

  /** Datasets are made by `data.fromTensors` and the like. */
  constructor(source: Source<T>, classNames: readonly string[] | null = null) {
    this.source = source;
    this.classNames = classNames;
  }

  /** Elements in a pass, of a batched dataset batches; `Infinity` when it never ends; null while unknown. */
  get length(): number | null {
    return this.source.length;
  }

  [Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    return this.pass();
  }

  /** Whether iteration begins the next pass by itself, and so never ends. */
  get goesOn(): boolean {
    return false;
  }

  /** One pass over the elements. */
  pass(): AsyncGenerator<T, void, undefined> {
    return this.source.open();
  }

  /**
   * What the next pass depends on: the positions of all random numbers. With `setState` a dataset that is made in the
   * same way, in another process too, repeats the pass.
   */
  getState(): StateValue {
    return stateOf(this.source);
  }

  /** Brings the dataset to a state. Throws ValueError when it is of a dataset with other stages. */
  setState(state: StateValue): void {
    restoreSource(this.source, state);
  }

  /** The results of `fn`, which may be async. An error of `fn` comes in its element's place and names it. */
  map<U>(fn: (element: T) => U | PromiseLike<U>, options: MapOptions = {}): Dataset<Awaited<U>> {
    checkOptionNames('map', options, ['parallel']);
    if (typeof fn !== 'function') {
      throw new ValueError(`map takes a function of an element, received ${describeValue(fn)}.`);
    }
    return this.#with(mapped(this.source, fn, count('map', 'parallel', options.parallel ?? 1, 1)));
  }

  /**
   * `batchSize` elements in one: their Tensors and numbers along a new first axis, lists and records as they are. Throws,
   * while iterating, ShapeError or ValueError when elements differ in shape, type or form.
   */
  batch(batchSize: number, options: DatasetBatchOptions = {}): Dataset<Batched<T>> {
    checkOptionNames('batch', options, ['dropRemainder']);
    const drop = booleanOption('batch', 'dropRemainder', options.dropRemainder, false);
    return this.#with(batched(this.source, count('batch', 'batchSize', batchSize, 1), drop));
  }

  /** The elements of batches, one by one. */
  unbatch(): Dataset<Unbatched<T>> {
    return this.#with(unbatched(this.source));
  }

  /**
   * Another order, drawn from a buffer of `bufferSize` elements. For a perfect shuffle it must be as large as the
   * dataset, so shuffle what is small (file names) before it is made into what is large (images).
   */
  shuffle(bufferSize: number, options: ShuffleOptions = {}): Dataset<T> {
    checkOptionNames('shuffle', options, ['seed', 'reshuffleEachIteration']);
    const again = booleanOption('shuffle', 'reshuffleEachIteration', options.reshuffleEachIteration, true);
    const size = count('shuffle', 'bufferSize', bufferSize, 1);
    return this.#with(shuffled(this.source, size, options.seed ?? null, again));
  }

  /**
   * Keeps the elements of the first whole pass in memory, Tensors with their dtype: images of bytes stay bytes. What
   * must differ from epoch to epoch, such as shuffling and augmentation, comes after it.
   */
  cache(): Dataset<T> {
    return this.#with(cached(this.source));
  }

  /** Reads up to `bufferSize` elements before they are asked for. */
  prefetch(bufferSize: number): Dataset<T> {
    return this.#with(prefetched(this.source, count('prefetch', 'bufferSize', bufferSize, 1)));
  }

  /** The first `n` elements. */
  take(n: number): Dataset<T> {
    return this.#with(taken(this.source, count('take', 'n', n, 0)));
  }

  /** All elements but the first `n`. */
  skip(n: number): Dataset<T> {
    return this.#with(skipped(this.source, count('skip', 'n', n, 0)));
  }

  /** `n` passes as one; without `n` endlessly. */
  repeat(n?: number): Dataset<T> {
    const passes = n === undefined ? Number.POSITIVE_INFINITY : count('repeat', 'n', n, 0);
    return this.#with(repeated(this.source, passes));
  }

  /** These elements, then those of `other`. Throws ValueError when labels of the two stand for other classes. */
  concatenate<U>(other: Dataset<U>): Dataset<T | U> {
    const source = Dataset.#sourceOf('concatenate', other);
    const [own, others] = [this.classNames, other.classNames];
    if (
      own !== null &&
      others !== null &&
      (own.length !== others.length || own.some((n, i) => n !== others[i]))
    ) {
      throw new ValueError(
        `concatenate: the datasets have different classes, ${describeValue(own)} and ${describeValue(others)}, so that one ` +
          'label would stand for two of them. Give both the same classNames.',
      );
    }
    return this.#with(concatenated(this.source, source));
  }

  /** Lists `[element, element of other]`, as many as the shorter one has. */
  zip<U>(other: Dataset<U>): Dataset<[T, U]> {
    return this.#with(zipped([this.source, Dataset.#sourceOf('zip', other)]) as Source<[T, U]>);
  }

  #with<U>(source: Source<U>): Dataset<U> {
    return new Dataset(source, this.classNames);
  }

  /** The source of a dataset that a method was given. Throws ValueError for anything else. */
  static #sourceOf<U>(method: string, other: Dataset<U>): Source<U> {
    if (other instanceof Dataset) return other.source;
    throw new ValueError(
      `${method} takes a dataset, received ${describeValue(other)}. Make one with data.fromTensors, data.fromGenerator or ` +
        'data.fromFiles.',
    );
  }
}

function count(method: string, name: string, value: number, least: number): number {
  if (Number.isSafeInteger(value) && value >= least) return value;
  throw new ValueError(
    `${method}: ${name} must be a whole number from ${least} up, received ${describeValue(value)}.`,
  );
}

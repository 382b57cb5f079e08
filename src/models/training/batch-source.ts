/** @file Where batches come from: arrays cut into batches, or a dataset that brings them. */

import { ShapeError, ValueError, withPlace } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { RandomGenerator } from '../../base/random.ts';
import { formatShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import { Dataset } from '../../data/dataset.ts';
import { type Batch, type Examples, rangeBatch, rowsBatch } from './batch.ts';
import { withClassWeight } from './class-weight.ts';
import { type DataInput, type DatasetLike, toSampleWeights, toTensors } from './data-types.ts';
import type { ClassWeight } from './run-options.ts';

/** Batches, epoch after epoch. */
export interface BatchSource {
  /** Batches in an epoch; null while unknown. */
  readonly steps: number | null;
  /** Samples in a batch at most; null when each batch may be larger. */
  readonly batchSize: number | null;
  /** The data as a whole, when it is there; null for datasets. */
  readonly whole: Examples | null;
  /**
   * Whether there is one pass only, as with a generator. A pass that was left early then goes on from the same place.
   */
  readonly onePass: boolean;
  /** Whether an epoch that needs more batches than a pass has takes them from the next pass. */
  readonly goesOn: boolean;
  /** The generator from which each pass draws the order of its samples; null without shuffling. */
  readonly shuffle: RandomGenerator | null;
  /** What the next pass of a `Dataset` depends on; null for other data. */
  readonly state: PassesState | null;
  /** Awaited before a pass begins. */
  before?(): Promise<void>;
  /** The next pass. */
  epoch(): AsyncIterable<Batch> | Iterable<Batch>;
}

/** A `Dataset` as the keeper of its random numbers. */
export type PassesState = Pick<Dataset, 'getState' | 'setState'>;

/** Names that the Tensors of a data set belong to. */
export interface DataNames {
  readonly inputs: readonly string[];
  /** All outputs: targets and weights may be given for more than are wanted. */
  readonly outputs: readonly string[];
  /** Places of the outputs with a loss or metrics; empty when no targets are wanted. */
  readonly targets: readonly number[];
}

/** Reads and checks inputs, targets and weights. Throws ValueError or ShapeError when they do not belong together. */
export function readData(
  method: string,
  names: DataNames,
  x: unknown,
  y: unknown,
  sampleWeight: unknown,
): Examples {
  if (x === undefined || x === null) throw new ValueError(`${method} needs data: x is ${String(x)}.`);
  const xs = toTensors(x, { names: names.inputs }, 'x');
  const outputs = { names: names.outputs, places: names.targets };
  if (names.targets.length > 0 && (y === undefined || y === null)) {
    throw new ValueError(`${method} needs targets to compute the loss: y is ${String(y)}.`);
  }
  const ys = names.targets.length === 0 ? [] : toTensors(y, outputs, 'y');
  const sampleWeights = toSampleWeights(sampleWeight, outputs);
  const samples = commonSize([
    ...xs.map((tensor) => ['x', tensor] as const),
    ...ys.map((tensor) => ['y', tensor] as const),
    ...(sampleWeights ?? []).flatMap((tensor) =>
      tensor === null ? [] : [['sampleWeight', tensor] as const],
    ),
  ]);
  if (samples === 0) {
    throw new ValueError(
      `${method} received 0 samples: x has shape ${formatShape(xs[0]!.shape)}. Give at least one.`,
    );
  }
  return { x: xs, y: ys, sampleWeights, samples };
}

function commonSize(all: readonly (readonly [string, Tensor])[]): number {
  for (const [name, { shape }] of all) {
    if (shape.length === 0)
      throw new ShapeError(
        `${name} is a single number; its first extent must count the samples. Put single samples of a dataset together ` +
          'with batch(), for example dataset.batch(32).',
      );
  }
  const samples = all[0]![1].shape[0]!;
  if (all.some(([, { shape }]) => shape[0] !== samples)) refuseSizes(all);
  return samples;
}

function refuseSizes(named: readonly (readonly [string, Tensor])[]): never {
  const sizes = new Map<string, number[]>();
  for (const [name, { shape }] of named) sizes.set(name, [...(sizes.get(name) ?? []), shape[0]!]);
  const list = [...sizes].map(([name, counts]) => `'${name}' sizes: ${counts.join(', ')}`).join('; ');
  throw new ValueError(
    `Data cardinality is ambiguous. Make sure all arrays contain the same number of samples. ${list}.`,
  );
}

/** Batches of arrays, the last one smaller; in another order each epoch when there is a `shuffle`. */
export function arraySource(data: Examples, batchSize: number, shuffle: RandomGenerator | null): BatchSource {
  function* epoch(): Iterable<Batch> {
    const order = shuffle?.permutation(data.samples);
    for (let start = 0; start < data.samples; start += batchSize) {
      const end = Math.min(start + batchSize, data.samples);
      yield order === undefined
        ? rangeBatch(data, start, end - start)
        : rowsBatch(data, order.subarray(start, end));
    }
  }
  const steps = Math.ceil(data.samples / batchSize);
  return { steps, batchSize, whole: data, onePass: false, goesOn: false, shuffle, state: null, epoch };
}

/**
 * The batches of a dataset. Throws ValueError or ShapeError for a wrong batch.
 *
 * @param classWeight Weights of classes, from which each batch gets weights of its samples.
 */
export function datasetSource(
  method: string,
  dataset: DatasetLike,
  names: DataNames,
  classWeight?: ClassWeight,
): BatchSource {
  async function* epoch(): AsyncIterable<Batch> {
    let index = 0;
    for await (const item of dataset instanceof Dataset ? dataset.pass() : dataset) {
      const data = withClassWeight(readBatch(method, item, names, index++), classWeight);
      yield rangeBatch(data, 0, data.samples);
    }
  }
  return {
    get steps() {
      const { length } = dataset;
      return typeof length === 'number' && Number.isSafeInteger(length) && length > 0 ? length : null;
    },
    batchSize: null,
    whole: null,
    // Generators are their own iterators.
    onePass: 'next' in dataset,
    goesOn: dataset instanceof Dataset && dataset.goesOn,
    shuffle: null,
    state: dataset instanceof Dataset ? dataset : null,
    epoch,
  };
}

/** Throws ValueError for an endless dataset without a number of steps. */
export function refuseEndless(
  method: string,
  { length }: DatasetLike,
  option: string,
  steps: number | undefined,
): void {
  if (length !== Number.POSITIVE_INFINITY || steps !== undefined) return;
  throw new ValueError(
    `${method}: when passing an infinitely repeating dataset, please specify a \`${option}\` value, so that passes end. ` +
      'Or leave repeat() out: every epoch begins a new pass.',
  );
}

/** Throws ValueError for options that only arrays have a use for. */
export function refuseWithDataset(method: string, options: object, refused: readonly string[]): void {
  for (const name of refused) {
    if ((options as Record<string, unknown>)[name] === undefined) continue;
    throw new ValueError(
      `${method}: ${name} is for arrays; a dataset brings its own batches. Leave ${name} out.`,
    );
  }
}

function readBatch(method: string, item: unknown, names: DataNames, index: number): Examples {
  const parts = batchParts(method, item, names, index);
  try {
    return readData(method, names, ...parts);
  } catch (error) {
    throw withPlace(error, `batch ${index} of the dataset`);
  }
}

function batchParts(
  method: string,
  item: unknown,
  names: DataNames,
  index: number,
): [x: unknown, y: unknown, sampleWeight: unknown] {
  if (Array.isArray(item) && item.length >= 1 && item.length <= 3) return [item[0], item[1], item[2]];
  if (names.targets.length === 0 && (item instanceof Tensor || !Array.isArray(item))) {
    return [item as DataInput, undefined, undefined];
  }
  throw new ValueError(
    `${method}: batch ${index} of the dataset must be [x, y] or [x, y, sampleWeight], received ${describeValue(item)}.`,
  );
}

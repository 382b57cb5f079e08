/** @file What `fit`, `evaluate` and `predict` take as data. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import type { TensorSource } from '../../base/tensor-create.ts';
import { isRecord } from '../structure.ts';

/** A Tensor, or nested or typed arrays that make one. The first extent counts samples. */
export type ArrayInput = Tensor | TensorSource;

/** One array, a list of arrays for several inputs or outputs, or a record of arrays by name. */
export type DataInput = ArrayInput | readonly ArrayInput[] | { readonly [name: string]: ArrayInput };

/** Weights of samples, [samples]: the same for all outputs, or one array for each; null where samples count alike. */
export type SampleWeightInput =
  | ArrayInput
  | readonly (ArrayInput | null)[]
  | { readonly [name: string]: ArrayInput | null };

/**
 * One batch of a dataset: inputs, targets, and a weight for each sample. A generator's `yield [x, y]` is a list of
 * Tensors to TypeScript, so lists are taken and their length is checked when they come.
 */
export type DatasetBatch =
  | readonly Tensor[]
  | readonly [x: DataInput]
  | readonly [x: DataInput, y: DataInput]
  | readonly [x: DataInput, y: DataInput, sampleWeight: SampleWeightInput];

/**
 * A `Dataset`, or anything else that gives batches one after the other; every epoch iterates anew. `length`, where there
 * is one, is the number of batches. For `predict`, a batch may be the inputs alone.
 */
export type DatasetLike = (AsyncIterable<DatasetBatch | Tensor> | Iterable<DatasetBatch | Tensor>) & {
  readonly length?: number | null;
};

/** True for a value that is iterated batch by batch, and false for Tensors, arrays and records. */
export function isDataset(data: unknown): data is DatasetLike {
  if (typeof data !== 'object' || data === null || data instanceof Tensor) return false;
  if (Array.isArray(data) || ArrayBuffer.isView(data)) return false;
  return Symbol.asyncIterator in data || Symbol.iterator in data;
}

/** An array as a Tensor. Throws ValueError when it is no array of numbers. */
export function toTensor(data: unknown, what: string): Tensor {
  if (data instanceof Tensor) return data;
  if (Array.isArray(data) || ArrayBuffer.isView(data)) return tensor(data as TensorSource);
  throw new ValueError(
    `${what}: expected a Tensor, nested arrays of numbers or a typed array, received ${describeValue(data)}.`,
  );
}

/** Names of a model's inputs or outputs, and the places of those that Tensors are wanted for. Default: of all. */
export interface Wanted {
  readonly names: readonly string[];
  readonly places?: readonly number[];
}

/**
 * The Tensors of `data`, one for each wanted place. Lists and records may hold those of all names; what is not wanted is
 * left out. Throws ValueError when the number or the names differ.
 */
export function toTensors(
  data: unknown,
  { names, places = [...names.keys()] }: Wanted,
  what: string,
): Tensor[] {
  const expected = `the model has ${describeNames(places.map((place) => names[place]!))}`;
  if (isListOfArrays(data, places.length)) {
    return listed(
      data,
      names,
      places,
      () => `${what}: received a list of ${data.length} Tensors, but ${expected}.`,
    ).map((item, i) => toTensor(item, `${what}[${i}]`));
  }
  if (isRecord(data)) {
    const missing = places.some((place) => !(names[place]! in data));
    if (missing || Object.keys(data).some((name) => !names.includes(name))) {
      throw new ValueError(`${what}: received a record of ${quoted(Object.keys(data))}, but ${expected}.`);
    }
    return places.map((place) => toTensor(data[names[place]!], `${what}.${names[place]}`));
  }
  if (places.length !== 1) throw new ValueError(`${what}: received one array, but ${expected}.`);
  return [toTensor(data, what)];
}

/**
 * The weights of samples, one for each target: the same for all, or one for each in a list or record, where null and names
 * that are left out mean that all samples count alike. Null when there are none at all. Throws ValueError when the
 * number or the names differ.
 *
 * @param wanted All outputs, and the places of those with a loss or metrics.
 */
export function toSampleWeights(
  data: unknown,
  { names, places = [...names.keys()] }: Wanted,
): (Tensor | null)[] | null {
  if (data === undefined || data === null) return null;
  const read = (value: unknown, what: string) =>
    value === undefined || value === null ? null : toTensor(value, what);
  const expected = `the model has ${describeNames(names)}`;
  if (isListOfArrays(data, names.length)) {
    const message = () => `sampleWeight: received a list of ${data.length}, but ${expected}.`;
    return listed(data, names, places, message).map((item, i) => read(item, `sampleWeight[${i}]`));
  }
  if (isRecord(data)) {
    if (Object.keys(data).some((name) => !names.includes(name))) {
      throw new ValueError(
        `sampleWeight: received a record of ${quoted(Object.keys(data))}, but ${expected}.`,
      );
    }
    return places.map((place) => read(data[names[place]!], `sampleWeight of '${names[place]}'`));
  }
  const weights = read(data, 'sampleWeight');
  return places.map(() => weights);
}

/** The items of the wanted places, of a list of these or of all. Throws ValueError for another length. */
function listed(
  data: readonly unknown[],
  { length }: readonly string[],
  places: readonly number[],
  message: () => string,
): readonly unknown[] {
  if (data.length === places.length) return data;
  if (data.length === length) return places.map((place) => data[place]);
  throw new ValueError(message());
}

/**
 * Whether a list holds an array for each of several names. For one name nested arrays are the array itself, and only
 * Tensors make a list.
 */
function isListOfArrays(data: unknown, names: number): data is readonly unknown[] {
  if (!Array.isArray(data) || data.length === 0) return false;
  if (data.some((item) => item instanceof Tensor || item === null)) return true;
  return names > 1 && data.every((item) => Array.isArray(item) || ArrayBuffer.isView(item));
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(', ');
}

function describeNames(names: readonly string[]): string {
  return `${names.length} of them: ${quoted(names)}`;
}

/** @file What `fit`, `evaluate` and `predict` take as data. */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
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

/**
 * The Tensors of `data`, one for each of the `wanted` names, in their order. Throws ValueError when the number or the
 * names differ.
 *
 * @param wanted What the Tensors belong to: the model's inputs, or outputs with a loss or metrics.
 * @param all Lists and records may have these instead, such as all outputs; what is not wanted is left out.
 */
export function toTensors(
  data: unknown,
  wanted: readonly string[],
  what: string,
  all: readonly string[] = wanted,
): Tensor[] {
  if (isListOfArrays(data, wanted.length)) {
    const names = data.length === wanted.length ? wanted : all;
    if (data.length !== names.length) {
      throw new ValueError(
        `${what}: received a list of ${data.length} Tensors, but the model has ${describeNames(wanted)}.`,
      );
    }
    const places = wanted.map((name) => names.indexOf(name));
    return places.map((place) => toTensor(data[place], `${what}[${place}]`));
  }
  if (isRecord(data)) {
    const missing = wanted.some((name) => !(name in data));
    if (missing || Object.keys(data).some((name) => !all.includes(name))) {
      throw new ValueError(
        `${what}: received a record of ${quoted(Object.keys(data))}, but the model has ${describeNames(wanted)}.`,
      );
    }
    return wanted.map((name) => toTensor(data[name], `${what}.${name}`));
  }
  if (wanted.length !== 1) {
    throw new ValueError(`${what}: received one array, but the model has ${describeNames(wanted)}.`);
  }
  return [toTensor(data, what)];
}

/**
 * The weights of samples, one for each target: the same for all, or one for each in a list or record, where null and names
 * that are left out mean that all samples count alike. Null when there are none at all. Throws ValueError when the
 * number or the names differ, ShapeError for more than one number a sample.
 *
 * @param targets Names of the outputs with a loss or metrics.
 * @param outputs Names of all outputs.
 */
export function toSampleWeights(
  data: unknown,
  targets: readonly string[],
  outputs: readonly string[],
): (Tensor | null)[] | null {
  if (data === undefined || data === null) return null;
  const read = (value: unknown, what: string) =>
    value === undefined || value === null ? null : weightsOf(toTensor(value, what), what);
  if (isListOfArrays(data, outputs.length)) {
    const names = data.length === targets.length ? targets : outputs;
    if (data.length !== names.length) {
      throw new ValueError(
        `sampleWeight: received a list of ${data.length}, but the model has ${describeNames(targets)}.`,
      );
    }
    return targets.map((name) => read(data[names.indexOf(name)], `sampleWeight of '${name}'`));
  }
  if (isRecord(data)) {
    if (Object.keys(data).some((name) => !outputs.includes(name))) {
      throw new ValueError(
        `sampleWeight: received a record of ${quoted(Object.keys(data))}, but the model has ${describeNames(outputs)}.`,
      );
    }
    return targets.map((name) => read(data[name], `sampleWeight of '${name}'`));
  }
  const weights = read(data, 'sampleWeight');
  return targets.map(() => weights);
}

function weightsOf(tensor: Tensor, what: string): Tensor {
  if (tensor.rank === 1) return tensor;
  if (tensor.rank === 2 && tensor.shape[1] === 1) return tensor.reshape([tensor.shape[0]!]);
  throw new ShapeError(
    `${what} must have one number per sample, shape [samples], received ${formatShape(tensor.shape)}.`,
  );
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

/** @file What `fit`, `evaluate` and `predict` take as data. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import type { TensorSource } from '../../base/tensor-create.ts';
import { isRecord } from '../structure.ts';

/** A Tensor, or nested or typed arrays that make one. The first extent counts samples. */
export type ArrayInput = Tensor | TensorSource;

/** One array, a list of Tensors for several inputs or outputs, or a record of arrays by name. */
export type DataInput = ArrayInput | readonly Tensor[] | { readonly [name: string]: ArrayInput };

/**
 * One batch of a dataset: inputs, targets, and a weight for each sample. A generator's `yield [x, y]` is a list of
 * Tensors to TypeScript, so lists are taken and their length is checked when they come.
 */
export type DatasetBatch =
  | readonly Tensor[]
  | readonly [x: DataInput]
  | readonly [x: DataInput, y: DataInput]
  | readonly [x: DataInput, y: DataInput, sampleWeight: ArrayInput];

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
 * The Tensors of `data`, one for each name, in the order of `names`. Throws ValueError when the number or the names
 * differ.
 *
 * @param names What the Tensors belong to: the model's inputs or outputs.
 */
export function toTensors(data: unknown, names: readonly string[], what: string): Tensor[] {
  const expected = `${names.length} of them: ${names.map((name) => `'${name}'`).join(', ')}`;
  const several = Array.isArray(data) && data.length > 0 && data.some((item) => item instanceof Tensor);
  if (several) {
    if (data.length !== names.length) {
      throw new ValueError(
        `${what}: received a list of ${data.length} Tensors, but the model has ${expected}.`,
      );
    }
    return data.map((item, i) => toTensor(item, `${what}[${i}]`));
  }
  if (isRecord(data)) {
    const missing = names.filter((name) => !(name in data));
    const unknown = Object.keys(data).filter((name) => !names.includes(name));
    if (missing.length + unknown.length > 0) {
      throw new ValueError(
        `${what}: received a record of ${Object.keys(data)
          .map((name) => `'${name}'`)
          .join(', ')}, but the model has ${expected}.`,
      );
    }
    return names.map((name) => toTensor(data[name], `${what}.${name}`));
  }
  if (names.length !== 1) throw new ValueError(`${what}: received one array, but the model has ${expected}.`);
  return [toTensor(data, what)];
}

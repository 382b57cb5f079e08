/** @file Batches: rows of a data set to be fed together, neighbouring or shuffled. */

import type { TypedArray } from '../../base/dtype.ts';
import { isInRows, rowData } from '../../base/stacked-tensor.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { FeedNumbers } from '../../engine/executable.ts';

/** The Tensors of a run or a batch, all with as many samples. */
export interface Examples {
  readonly x: readonly Tensor[];
  /** One for each target; empty without targets. */
  readonly y: readonly Tensor[];
  /** One for each target, [samples], or null where all samples count alike; null when that holds for all targets. */
  readonly sampleWeights: readonly (Tensor | null)[] | null;
  readonly samples: number;
}

/** Rows of a data set to be fed together. */
export interface Batch {
  readonly data: Examples;
  readonly samples: number;
  /** Index in `data` of the batch's sample `i`. */
  rowOf(i: number): number;
  /** Writes the batch's rows of `tensor`, one of `data`'s, to `target`. */
  copy(tensor: Tensor, target: FeedNumbers): void;
}

function rowSize(tensor: Tensor): number {
  return tensor.size / tensor.shape[0]!;
}

/** Neighbouring rows. */
export function rangeBatch(data: Examples, start: number, samples: number): Batch {
  return {
    data,
    samples,
    rowOf: (i) => start + i,
    copy(tensor, target) {
      const size = rowSize(tensor);
      if (!isInRows(tensor)) target.set(tensor.data.subarray(start * size, (start + samples) * size));
      else for (let i = 0; i < samples; i++) target.set(rowData(tensor, start + i, size), i * size);
    },
  };
}

/** Up to this many numbers a loop copies a row faster than a call of `set`. */
const SHORT_ROW = 64;

function copyRow(source: TypedArray, from: number, target: FeedNumbers, to: number, size: number): void {
  if (size > SHORT_ROW) target.set(source.subarray(from, from + size), to);
  else for (let i = 0; i < size; i++) target[to + i] = source[from + i]!;
}

/** Rows in the order of their indices in the data. */
export function rowsBatch(data: Examples, rows: Int32Array): Batch {
  return {
    data,
    samples: rows.length,
    rowOf: (i) => rows[i]!,
    copy(tensor, target) {
      const size = rowSize(tensor);
      for (let i = 0; i < rows.length; i++) copyRow(tensor.data, rows[i]! * size, target, i * size, size);
    },
  };
}

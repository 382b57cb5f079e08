/** @file Batches: rows of a data set to be fed together, neighbouring or shuffled. */

import type { TypedArray } from '../../base/dtype.ts';
import type { Tensor } from '../../base/tensor.ts';

/** The Tensors of a run or a batch, all with as many samples. */
export interface DataSet {
  readonly x: readonly Tensor[];
  /** One a target; empty without targets. */
  readonly y: readonly Tensor[];
  /** [samples], or null. */
  readonly sampleWeight: Tensor | null;
  readonly samples: number;
}

/** Rows of a data set to be fed together. */
export interface Batch {
  readonly data: DataSet;
  readonly samples: number;
  /** Index in `data` of the batch's sample `i`. */
  rowOf(i: number): number;
  /** Writes the batch's rows of `tensor`, one of `data`'s, to `target`. */
  copy(tensor: Tensor, target: Float32Array): void;
  /** Collects what the batch after this one will copy: for when there is time, as while a step runs. */
  collectNext?(): void;
}

function rowSize(tensor: Tensor): number {
  return tensor.size / tensor.shape[0]!;
}

/** Neighbouring rows. */
export function rangeBatch(data: DataSet, start: number, samples: number): Batch {
  return {
    data,
    samples,
    rowOf: (i) => start + i,
    copy(tensor, target) {
      const size = rowSize(tensor);
      target.set(tensor.data.subarray(start * size, (start + samples) * size));
    },
  };
}

/** Numbers up to which a loop copies a row sooner than a call does. */
const SHORT_ROW = 64;

function copyRow(source: TypedArray, from: number, target: Float32Array, to: number, size: number): void {
  if (size > SHORT_ROW) target.set(source.subarray(from, from + size), to);
  else for (let i = 0; i < size; i++) target[to + i] = source[from + i]!;
}

/** Data in another order, batch by batch. The rows of one batch can be collected before it is there. */
export class ShuffledRows {
  readonly #data: DataSet;
  readonly #order: Int32Array;
  readonly #batchSize: number;
  /** Where the batch begins whose rows are collected. */
  #collected = -1;
  readonly #rows = new Map<Tensor, Float32Array>();

  constructor(data: DataSet, order: Int32Array, batchSize: number) {
    this.#data = data;
    this.#order = order;
    this.#batchSize = batchSize;
  }

  batch(start: number): Batch {
    const rows = this.#rowsFrom(start);
    return {
      data: this.#data,
      samples: rows.length,
      rowOf: (i) => rows[i]!,
      copy: (tensor, target) => {
        const size = rowSize(tensor);
        if (this.#collected === start) target.set(this.#rows.get(tensor)!.subarray(0, rows.length * size));
        else copyRows(tensor, rows, target);
      },
      collectNext: () => this.#collect(start + this.#batchSize),
    };
  }

  #rowsFrom(start: number): Int32Array {
    return this.#order.subarray(start, start + this.#batchSize);
  }

  #collect(start: number): void {
    const rows = this.#rowsFrom(start);
    if (rows.length === 0) return;
    const { x, y, sampleWeight } = this.#data;
    for (const tensor of [...x, ...y, ...(sampleWeight === null ? [] : [sampleWeight])]) {
      let target = this.#rows.get(tensor);
      if (target === undefined) {
        target = new Float32Array(this.#batchSize * rowSize(tensor));
        this.#rows.set(tensor, target);
      }
      copyRows(tensor, rows, target);
    }
    this.#collected = start;
  }
}

function copyRows(tensor: Tensor, rows: Int32Array, target: Float32Array): void {
  const size = rowSize(tensor);
  for (let i = 0; i < rows.length; i++) copyRow(tensor.data, rows[i]! * size, target, i * size, size);
}

/**
 * @file Reductions along axes. Sums are accumulated in float64, first element first.
 *
 * Result types: `max` and `min` keep the type (bool gives int32), `sum` keeps floats and gives exact float64 for
 * integers, `mean` gives float32, or float64 for float64. `argMax` and `argMin` give int32.
 */

import { type ArrayValue, checkAxis, emptyArray } from './array-value.ts';
import type { DType, TypedArray } from './dtype.ts';
import { isFloating } from './dtype.ts';
import { ValueError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';
import { transposeArray } from './tensor-layout.ts';

/** Reductions to one element. */
export type ReduceOp = 'max' | 'min' | 'sum' | 'mean';

/** One axis, several, or `undefined` for all. */
export type Axes = number | readonly number[] | undefined;

/** Reduces `n` elements that lie `step` apart from `at` on. */
type Fold = (data: TypedArray, at: number, step: number, n: number) => number;

function sumFold(data: TypedArray, at: number, step: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++, at += step) sum += data[at]!;
  return sum;
}

/** Position of the first best element; a NaN beats everything, as in NumPy. */
function bestFold(sign: 1 | -1): Fold {
  return (data, at, step, n) => {
    let best = sign * data[at]!;
    let place = 0;
    for (let i = 1, from = at + step; i < n && !Number.isNaN(best); i++, from += step) {
      const value = sign * data[from]!;
      if (value > best || Number.isNaN(value)) {
        best = value;
        place = i;
      }
    }
    return place;
  };
}

const argMaxFold = bestFold(1);
const argMinFold = bestFold(-1);

const FOLDS: Record<ReduceOp, Fold> = {
  max: (data, at, step, n) => data[at + argMaxFold(data, at, step, n) * step]!,
  min: (data, at, step, n) => data[at + argMinFold(data, at, step, n) * step]!,
  sum: sumFold,
  mean: (data, at, step, n) => sumFold(data, at, step, n) / n,
};

function resultDType(op: ReduceOp, dtype: DType): DType {
  if (isFloating(dtype)) return dtype;
  if (op === 'mean') return 'float32';
  if (op === 'sum') return 'float64';
  return dtype === 'bool' ? 'int32' : dtype;
}

function checkAxes(axes: Axes, rank: number, what: string): number[] {
  if (axes === undefined) return Array.from({ length: rank }, (_, axis) => axis);
  const list = (typeof axes === 'number' ? [axes] : axes).map((axis) => checkAxis(axis, rank, what));
  if (new Set(list).size !== list.length) {
    throw new ValueError(`${what}: an axis is named twice in [${String(axes)}].`);
  }
  return list.sort((a, b) => a - b);
}

/** Runs `fold` along neighbouring axes `first … first + count - 1`. */
function foldAxes(x: ArrayValue, first: number, count: number, fold: Fold, out: TypedArray): void {
  const n = sizeOf(x.shape.slice(first, first + count));
  const inner = sizeOf(x.shape.slice(first + count));
  for (let o = 0; o < out.length; o++) {
    const column = o % inner;
    const row = (o - column) / inner;
    out[o] = fold(x.data, row * n * inner + column, inner, n);
  }
}

function checkNotEmpty(x: ArrayValue, axes: readonly number[], what: string): void {
  if (axes.some((axis) => x.shape[axis] === 0)) {
    throw new ValueError(
      `${what} of no elements is not defined; received a tensor of shape ${formatShape(x.shape)}.`,
    );
  }
}

/** `op` along `axes`; reduced axes vanish, or stay with extent 1 under `keepDims`. Throws ValueError. */
export function reduceArray(op: ReduceOp, x: ArrayValue, axes: Axes, keepDims: boolean): ArrayValue {
  const reduced = checkAxes(axes, x.shape.length, op);
  if (op !== 'sum') checkNotEmpty(x, reduced, op);
  const kept = x.shape.map((_, axis) => axis).filter((axis) => !reduced.includes(axis));
  const shape = keepDims
    ? x.shape.map((dim, axis) => (reduced.includes(axis) ? 1 : dim))
    : kept.map((axis) => x.shape[axis]!);
  const out = emptyArray(shape, resultDType(op, x.dtype));
  const first = reduced[0] ?? 0;
  const together = reduced.every((axis, i) => axis === first + i);
  if (together) foldAxes(x, first, reduced.length, FOLDS[op], out.data);
  else foldAxes(transposeArray(x, [...kept, ...reduced]), kept.length, reduced.length, FOLDS[op], out.data);
  return out;
}

/** Position of the largest (or smallest) element along `axis`; the first of equals. Throws ValueError. */
export function argBest(which: 'argMax' | 'argMin', x: ArrayValue, axis: number): ArrayValue {
  const at = checkAxis(axis, x.shape.length, which);
  checkNotEmpty(x, [at], which);
  const out = emptyArray(
    x.shape.filter((_, i) => i !== at),
    'int32',
  );
  foldAxes(x, at, 1, which === 'argMax' ? argMaxFold : argMinFold, out.data);
  return out;
}

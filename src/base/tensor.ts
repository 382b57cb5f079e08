/** @file Tensor: the host value that data sets, `fit`, `predict` and the user's own code hand around. */

import { type ArrayValue, checkExtents, checkSize } from './array-value.ts';
import { asTypedArray, checkDType, type DType, stores, type TypedArray } from './dtype.ts';
import { ShapeError, ValueError } from './errors.ts';
import { formatShape } from './shape.ts';
import { createArray, filledArray, rangeArray, type TensorSource } from './tensor-create.ts';
import {
  type ArithmeticOp,
  arithmetic,
  type CompareOp,
  compare,
  scalarOperand,
} from './tensor-elementwise.ts';
import { formatArray, type NestedNumbers, nestedNumbers } from './tensor-format.ts';
import {
  castArray,
  concatArrays,
  gatherArray,
  reshapeArray,
  sliceArray,
  transposeArray,
} from './tensor-layout.ts';
import { type Axes, argBest, reduceArray } from './tensor-reduce.ts';
import { allFinite, clipArray, unary } from './tensor-unary.ts';

export type { Axes } from './tensor-reduce.ts';

/** A tensor, or a number that is stretched over the other operand. */
export type Operand = Tensor | number;

/**
 * A dense, row-major array of numbers. Immutable by convention: no method changes a tensor, so results may share data
 * with their source (`reshape`, `slice` along the first axis, `cast` to the same type).
 *
 * Element types of results. Two-operand arithmetic: float64 if either side is float64; else float32 if either side is
 * float32 or a plain number, or for `div` and `pow`; else (integers and bools) int32. Comparisons: bool.
 * `exp log sqrt clip` of integers: float32; `neg abs square round floor`: int32. `sum` of integers: float64, exact.
 */
export class Tensor implements ArrayValue {
  /** Extents, outermost first; `[]` for a scalar. */
  readonly shape: readonly number[];
  readonly dtype: DType;
  /** The elements in row-major order. Do not write to it. */
  readonly data: TypedArray;

  /** Wraps `data` without copying. Throws ShapeError when its length does not fit, ValueError when its kind does not. */
  constructor(shape: readonly number[], dtype: DType, data: TypedArray) {
    this.shape = Object.freeze([...checkExtents(shape)]);
    this.dtype = checkDType(dtype);
    const own = asTypedArray(data) ?? data;
    if (!stores(own, dtype))
      throw new ValueError(`A ${own.constructor.name} cannot store ${dtype} elements.`);
    checkSize(own.length, shape, 'Tensor');
    this.data = own;
  }

  /** All zeros. */
  static zeros(shape: readonly number[], dtype: DType = 'float32'): Tensor {
    return wrap(filledArray(shape, 0, dtype));
  }

  /** All ones. */
  static ones(shape: readonly number[], dtype: DType = 'float32'): Tensor {
    return wrap(filledArray(shape, 1, dtype));
  }

  /** Every element `value`. */
  static full(shape: readonly number[], value: number, dtype: DType = 'float32'): Tensor {
    return wrap(filledArray(shape, value, dtype));
  }

  /** `start, start + step, …` up to but without `stop`. */
  static range(start: number, stop: number, step = 1, dtype: DType = 'float32'): Tensor {
    return wrap(rangeArray(start, stop, step, dtype));
  }

  /** Number of elements. */
  get size(): number {
    return this.data.length;
  }

  /** Number of axes. */
  get rank(): number {
    return this.shape.length;
  }

  /** The same elements in another shape; one extent may be -1. Throws ShapeError. */
  reshape(shape: readonly number[]): Tensor {
    return wrap(reshapeArray(this, shape));
  }

  /** The elements as another type: fractions are cut towards zero; throws ValueError for a value that does not fit. */
  cast(dtype: DType): Tensor {
    return dtype === this.dtype ? this : wrap(castArray(this, dtype));
  }

  /** The window from `begin` with extents `size`; -1, or an axis not named, takes the rest. Throws ShapeError. */
  slice(begin: number | readonly number[], size: number | readonly number[] = []): Tensor {
    const list = (value: number | readonly number[]) => (typeof value === 'number' ? [value] : value);
    return wrap(sliceArray(this, list(begin), list(size)));
  }

  /** The slices along `axis` that `indices` names; axes of `indices` take the place of `axis`. Throws ValueError. */
  gather(indices: Tensor | ArrayLike<number>, axis = 0): Tensor {
    const from = indices instanceof Tensor ? indices : { shape: [indices.length], data: indices };
    return wrap(gatherArray(this, from, axis));
  }

  /** This tensor and then `others` along `axis`; all of one dtype. Throws ShapeError, ValueError. */
  concat(others: Tensor | readonly Tensor[], axis = 0): Tensor {
    return wrap(concatArrays([this, ...(others instanceof Tensor ? [others] : others)], axis));
  }

  /** The axes in the order `perm`; without it, reversed. Throws ValueError. */
  transpose(perm?: readonly number[]): Tensor {
    return wrap(transposeArray(this, perm));
  }

  add(other: Operand): Tensor {
    return this.#with('add', other);
  }

  sub(other: Operand): Tensor {
    return this.#with('sub', other);
  }

  mul(other: Operand): Tensor {
    return this.#with('mul', other);
  }

  /** Division, never integer division. */
  div(other: Operand): Tensor {
    return this.#with('div', other);
  }

  /** The smaller of both; NaN if either is NaN. */
  minimum(other: Operand): Tensor {
    return this.#with('minimum', other);
  }

  /** The larger of both; NaN if either is NaN. */
  maximum(other: Operand): Tensor {
    return this.#with('maximum', other);
  }

  pow(other: Operand): Tensor {
    return this.#with('pow', other);
  }

  neg(): Tensor {
    return wrap(unary('neg', this));
  }

  abs(): Tensor {
    return wrap(unary('abs', this));
  }

  exp(): Tensor {
    return wrap(unary('exp', this));
  }

  /** Natural logarithm. */
  log(): Tensor {
    return wrap(unary('log', this));
  }

  sqrt(): Tensor {
    return wrap(unary('sqrt', this));
  }

  square(): Tensor {
    return wrap(unary('square', this));
  }

  /** The nearest whole number; halves go to the even one. */
  round(): Tensor {
    return wrap(unary('round', this));
  }

  floor(): Tensor {
    return wrap(unary('floor', this));
  }

  /** Every element moved into `low … high`. Throws ValueError unless `low <= high`. */
  clip(low: number, high: number): Tensor {
    return wrap(clipArray(this, low, high));
  }

  /** Largest element along `axis` (all axes without it); NaN if there is one. Throws ValueError when empty. */
  max(axis?: Axes, keepDims = false): Tensor {
    return wrap(reduceArray('max', this, axis, keepDims));
  }

  /** Smallest element along `axis` (all axes without it); NaN if there is one. Throws ValueError when empty. */
  min(axis?: Axes, keepDims = false): Tensor {
    return wrap(reduceArray('min', this, axis, keepDims));
  }

  /** Sum along `axis` (all axes without it), accumulated in float64. */
  sum(axis?: Axes, keepDims = false): Tensor {
    return wrap(reduceArray('sum', this, axis, keepDims));
  }

  /** Mean along `axis` (all axes without it), accumulated in float64. Throws ValueError when empty. */
  mean(axis?: Axes, keepDims = false): Tensor {
    return wrap(reduceArray('mean', this, axis, keepDims));
  }

  /** Position of the largest element along `axis`, the first of equals. Throws ValueError when empty. */
  argMax(axis = -1): Tensor {
    return wrap(argBest('argMax', this, axis));
  }

  /** Position of the smallest element along `axis`, the first of equals. Throws ValueError when empty. */
  argMin(axis = -1): Tensor {
    return wrap(argBest('argMin', this, axis));
  }

  equal(other: Operand): Tensor {
    return this.#against('equal', other);
  }

  notEqual(other: Operand): Tensor {
    return this.#against('notEqual', other);
  }

  greater(other: Operand): Tensor {
    return this.#against('greater', other);
  }

  greaterEqual(other: Operand): Tensor {
    return this.#against('greaterEqual', other);
  }

  less(other: Operand): Tensor {
    return this.#against('less', other);
  }

  lessEqual(other: Operand): Tensor {
    return this.#against('lessEqual', other);
  }

  /** True when no element is NaN or infinite. */
  allFinite(): boolean {
    return allFinite(this);
  }

  /** The elements as nested arrays of numbers (bool: 0 and 1); a plain number for a scalar. */
  toArray(): NestedNumbers {
    return nestedNumbers(this);
  }

  /** The only element as a number (bool: 0 or 1). Throws ShapeError when there is not exactly one. */
  item(): number {
    if (this.size !== 1) {
      throw new ShapeError(
        `item() needs a tensor of one element, received shape ${formatShape(this.shape)}; use slice() or toArray().`,
      );
    }
    return this.data[0]!;
  }

  /** Hands `toString()` to `printFn`. */
  print(printFn: (text: string) => void = console.log): void {
    printFn(this.toString());
  }

  /** `Tensor([[1, 2], [3, 4]], shape=[2, 2], dtype=float32)`; long tensors are shortened. */
  toString(): string {
    return formatArray(this);
  }

  #with(op: ArithmeticOp, other: Operand): Tensor {
    return wrap(arithmetic(op, this, operand(op, other, this.dtype)));
  }

  #against(op: CompareOp, other: Operand): Tensor {
    return wrap(compare(op, this, operand(op, other, this.dtype)));
  }
}

function wrap(value: ArrayValue): Tensor {
  return new Tensor(value.shape, value.dtype, value.data);
}

function operand(op: string, other: Operand, beside: DType): ArrayValue {
  if (other instanceof Tensor) return other;
  if (typeof other === 'number') return scalarOperand(other, beside);
  throw new ValueError(`${op}: expected a Tensor or a number, received ${String(other)}.`);
}

/**
 * A tensor of a number, a nested array, or a typed array (not copied when its kind fits `dtype`).
 *
 * Nested arrays and numbers become float32, or bool when every element is a boolean; typed arrays keep their kind.
 * `shape` regroups the elements in row-major order. Throws ShapeError for ragged arrays and counts that do not fit
 * `shape`, ValueError for elements that are not numbers and values that `dtype` cannot hold.
 */
export function tensor(source: TensorSource, shape?: readonly number[], dtype?: DType): Tensor {
  return wrap(createArray(source, shape, dtype));
}

/** @file Making arrays out of numbers, nested arrays and typed arrays. */

import { type ArrayValue, checkExtents, checkSize } from './array-value.ts';
import {
  allocate,
  asTypedArray,
  checkDType,
  convert,
  type DType,
  dtypeOf,
  stores,
  type TypedArray,
} from './dtype.ts';
import { ShapeError, ValueError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';

/** Numbers (or booleans) in arrays of equal length, nested to any depth; rows may be typed arrays. */
export type NestedArray = number | boolean | TypedArray | readonly NestedArray[];

/** What `tensor()` accepts. */
export type TensorSource = NestedArray | Uint8ClampedArray;

// Deeper nesting is a circular array or a mistake; real data has at most five or six axes.
const MAX_RANK = 16;

function isTypedArray(value: unknown): value is TypedArray {
  return asTypedArray(value) !== undefined;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `the string '${value}'`;
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`;
  return value !== null && typeof value === 'object' ? `an object` : String(value);
}

/** The extents found by following the first element of each level. */
function outline(source: NestedArray): number[] {
  const shape: number[] = [];
  let level: unknown = source;
  while (Array.isArray(level) || isTypedArray(level)) {
    shape.push(level.length);
    if (shape.length > MAX_RANK) {
      throw new ShapeError(
        `A tensor cannot be nested deeper than ${MAX_RANK} arrays; is the array circular?`,
      );
    }
    level = level[0];
  }
  return shape;
}

/** Copies a nested array of extents `shape` into one flat array; refuses anything that is not of these extents. */
class Flattener {
  readonly values: Float64Array;
  #shape: readonly number[];
  #path: number[] = [];
  #next = 0;
  #booleans = 0;

  constructor(source: NestedArray, shape: readonly number[]) {
    this.#shape = shape;
    this.values = new Float64Array(sizeOf(shape));
    this.#visit(source);
  }

  /** True when there are elements and all of them are booleans. */
  get allBoolean(): boolean {
    return this.#booleans > 0 && this.#booleans === this.values.length;
  }

  #visit(level: unknown): void {
    const depth = this.#path.length;
    if (Array.isArray(level) || isTypedArray(level)) {
      if (level.length !== this.#shape[depth]) throw this.#ragged(`${level.length} elements`, depth);
      for (let i = 0; i < level.length; i++) {
        this.#path.push(i);
        this.#visit(level[i]);
        this.#path.pop();
      }
      return;
    }
    if (typeof level !== 'number' && typeof level !== 'boolean') {
      throw new ValueError(
        `Element ${this.#place()} of the nested array is ${describe(level)}, expected a number.`,
      );
    }
    if (depth < this.#shape.length) throw this.#ragged(`the number ${level}`, depth);
    if (typeof level === 'boolean') this.#booleans++;
    this.values[this.#next++] = Number(level);
  }

  #place(): string {
    return this.#path.map((index) => `[${index}]`).join('');
  }

  #ragged(found: string, depth: number): ShapeError {
    const expected = depth < this.#shape.length ? `${this.#shape[depth]} elements` : 'a number';
    return new ShapeError(
      `The nested array is ragged: element ${this.#place()} is ${found}, expected ${expected} as in the first row ` +
        `(shape ${formatShape(this.#shape)}).`,
    );
  }
}

/**
 * The array that `source` describes.
 *
 * A typed array of the right kind is used as it is, not copied. Nested arrays and numbers become float32, or bool when
 * every element is a boolean. `shape` regroups the elements in row-major order.
 *
 * Throws ShapeError for ragged arrays and element counts that do not fit `shape`, ValueError for elements that are not
 * numbers, unknown dtypes, and values that `dtype` cannot hold.
 */
export function createArray(source: TensorSource, shape?: readonly number[], dtype?: DType): ArrayValue {
  if (dtype !== undefined) checkDType(dtype);
  if (shape !== undefined) checkExtents(shape);
  const typed = asTypedArray(source);
  if (typed !== undefined) {
    const dims = shape ?? [typed.length];
    checkSize(typed.length, dims, 'tensor()');
    const from = dtypeOf(typed);
    const to = dtype ?? from;
    const keep = to !== 'bool' && stores(typed, to);
    return { shape: dims, dtype: to, data: keep ? typed : convert(typed, from, to) };
  }
  if (ArrayBuffer.isView(source) || (typeof source === 'object' && !Array.isArray(source))) {
    throw new ValueError(
      `tensor() cannot take ${describe(source)}; expected a number, a nested array, or a Float32Array, ` +
        'Float64Array, Int32Array or Uint8Array.',
    );
  }
  const found = outline(source);
  const { values, allBoolean } = new Flattener(source, found);
  const dims = shape ?? found;
  checkSize(values.length, dims, 'tensor()');
  const to = dtype ?? (allBoolean ? 'bool' : 'float32');
  return { shape: dims, dtype: to, data: convert(values, 'float64', to) };
}

/** An array of `shape` with every element `value`. Throws ShapeError, ValueError. */
export function filledArray(shape: readonly number[], value: number, dtype: DType): ArrayValue {
  checkExtents(shape);
  checkDType(dtype);
  const data = allocate(dtype, sizeOf(shape));
  const [element] = convert([value], 'float64', dtype);
  return { shape, dtype, data: element === 0 ? data : data.fill(element!) };
}

/** `start, start + step, …` up to but without `stop`. Throws ValueError for a step of 0 or one that never arrives. */
export function rangeArray(start: number, stop: number, step: number, dtype: DType): ArrayValue {
  const size = Math.max(0, Math.ceil((stop - start) / step));
  if (step === 0 || !Number.isFinite(size)) {
    throw new ValueError(
      `range from ${start} to ${stop} in steps of ${step} has no end; expected finite numbers and a step other than 0.`,
    );
  }
  const values = Float64Array.from({ length: size }, (_, i) => start + i * step);
  return { shape: [size], dtype: checkDType(dtype), data: convert(values, 'float64', dtype) };
}

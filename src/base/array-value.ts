/** @file What tensor functions work on: extents, an element type and row-major data; and the checks they share. */

import { allocate, type DType, type TypedArray } from './dtype.ts';
import { ShapeError, ValueError } from './errors.ts';
import { formatShape, sizeOf } from './shape.ts';

/** A dense row-major array. `Tensor` is one; the functions in tensor-*.ts take and return these. */
export interface ArrayValue {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly data: TypedArray;
}

/** A zero-filled array of `shape`. */
export function emptyArray(shape: readonly number[], dtype: DType): ArrayValue {
  return { shape, dtype, data: allocate(dtype, sizeOf(shape)) };
}

/** Row-major strides in elements: `[12, 4, 1]` for `[2, 3, 4]`. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let step = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= shape[axis]!;
  }
  return strides;
}

/** Throws ShapeError unless every extent is a whole number from 0 up; returns the shape. */
export function checkExtents(shape: readonly number[]): readonly number[] {
  if (!Array.isArray(shape)) {
    throw new ShapeError(`A shape must be an array of extents such as [2, 3], received ${String(shape)}.`);
  }
  shape.forEach((dim, axis) => {
    if (!Number.isSafeInteger(dim) || dim < 0) {
      throw new ShapeError(
        `Extent ${axis} of shape [${shape.join(', ')}] is ${String(dim)}. Extents must be whole numbers from 0 up.`,
      );
    }
  });
  return shape;
}

/** `axis` counted from the front; negative axes count from the back. Throws ValueError when there is no such axis. */
export function checkAxis(axis: number, rank: number, what: string): number {
  if (!Number.isInteger(axis) || axis < -rank || axis >= rank) {
    const range =
      rank === 0 ? 'a scalar has no axes' : `expected a whole number from ${-rank} to ${rank - 1}`;
    throw new ValueError(`${what}: axis ${axis} does not exist in a tensor of rank ${rank}; ${range}.`);
  }
  return axis < 0 ? axis + rank : axis;
}

/** Throws ShapeError when `size` elements cannot have `shape`. */
export function checkSize(size: number, shape: readonly number[], what: string): void {
  const expected = sizeOf(shape);
  if (size !== expected) {
    throw new ShapeError(
      `${what}: shape ${formatShape(shape)} needs ${expected} elements, received ${size}.`,
    );
  }
}

/** @file A value as blocks along one axis, for ops that join or cut values along it. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sampleShape, sizeOf } from '../base/shape.ts';

/** The axis from 0 up. Throws ShapeError when `shape` has no such axis, or it is the batch's. */
export function ownAxis(name: string, shape: Shape, axis: number): number {
  const own = axis < 0 ? axis + shape.length : axis;
  if (Number.isInteger(own) && own >= (isBatched(shape) ? 1 : 0) && own < shape.length) return own;
  throw new ShapeError(
    `${name}: expected an axis of ${formatShape(shape)}${isBatched(shape) ? ' other than the batch' : ''}, received axis ${axis}.`,
  );
}

/**
 * The number of blocks in a sample (or whole value): the product of the extents before `axis`; and the floats of one
 * step along `axis`.
 */
export function axisBlocks(shape: Shape, axis: number): { blocks: number; step: number } {
  const dims = sampleShape(shape);
  const at = axis - (shape.length - dims.length);
  return { blocks: sizeOf(dims.slice(0, at)), step: sizeOf(dims.slice(at + 1)) };
}

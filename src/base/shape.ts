/** @file Shapes: lists of extents, `null` for the batch extent that is known only when data arrives. */

import { InternalError } from './errors.ts';

/** One extent; `null` means "any number of samples" and stands only in the first place. */
export type Dim = number | null;

/** Extents, outermost first. Images are `[batch, height, width, channels]`. */
export type Shape = readonly Dim[];

/** Number of elements of a fully known shape; 1 for a scalar. Throws InternalError on an unknown extent. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) {
    if (dim === null) throw new InternalError(`The size of ${formatShape(shape)} is not known.`);
    size *= dim;
  }
  return size;
}

/** True when both shapes have the same extents in the same places. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, axis) => dim === b[axis]);
}

/** `[null, 28, 28, 1]`, the form used in messages and dumps. */
export function formatShape(shape: Shape): string {
  return `[${shape.map((dim) => (dim === null ? 'null' : String(dim))).join(', ')}]`;
}

/** True when the first extent is the batch, so that the value has one slice per sample. */
export function isBatched(shape: Shape): boolean {
  return shape.length > 0 && shape[0] === null;
}

/** The extents of one sample of a batched shape, or all extents of an unbatched one. */
export function sampleShape(shape: Shape): readonly number[] {
  const dims = isBatched(shape) ? shape.slice(1) : shape;
  return dims.map((dim) => {
    if (dim === null)
      throw new InternalError(`${formatShape(shape)} has an unknown extent behind the first.`);
    return dim;
  });
}

/** Elements of one sample of a batched shape, or of the whole of an unbatched one. */
export function sampleSize(shape: Shape): number {
  return sizeOf(sampleShape(shape));
}

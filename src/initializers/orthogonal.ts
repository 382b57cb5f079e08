/** @file Orthogonal initializer (Saxe et al. 2014): rows or columns of the weight, as a matrix, are orthonormal. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { RandomInitializer } from './initializer.ts';

/**
 * A uniformly drawn orthogonal matrix times `gain`: the weight as a matrix [all axes but the last, last axis] has
 * orthonormal columns, or rows where it has more columns than rows.
 */
export class Orthogonal extends withOptions(RandomInitializer, {
  /** Factor of the orthogonal matrix. Default 1. */
  gain: number(1),
}) {
  static override readonly className = 'Orthogonal';

  /** Throws ShapeError for a weight of fewer than two axes. */
  override fill(shape: readonly number[]): Float32Array {
    if (shape.length < 2) {
      throw new ShapeError(
        'The tensor to initialize must be at least two-dimensional. ' +
          `Received: shape=${formatShape(shape)} of rank ${shape.length}.`,
      );
    }
    const columns = shape.at(-1)!;
    const rows = sizeOf(shape) / columns;
    const random = this.generator();
    const vectors: Float64Array[] = [];
    for (let i = 0; i < Math.min(rows, columns); i++) {
      const vector = Float64Array.from({ length: Math.max(rows, columns) }, () => random.normal());
      orthonormalize(vector, vectors);
      vectors.push(vector);
    }
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const row = Math.floor(i / columns);
      const column = i % columns;
      return this.gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
    });
  }
}

/** Orthonormal rows or columns, times `gain`. */
export const orthogonal = factory(Orthogonal);

/** Gram-Schmidt, done twice because one pass loses orthogonality to rounding ("twice is enough", Giraud et al. 2005). */
function orthonormalize(vector: Float64Array, earlier: readonly Float64Array[]): void {
  for (let pass = 0; pass < 2; pass++) {
    for (const other of earlier) {
      const overlap = dot(vector, other);
      for (let i = 0; i < vector.length; i++) vector[i]! -= overlap * other[i]!;
    }
  }
  const norm = Math.sqrt(dot(vector, vector));
  for (let i = 0; i < vector.length; i++) vector[i]! /= norm;
}

function dot(a: Float64Array, b: Float64Array): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

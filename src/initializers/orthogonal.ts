/** @file Orthogonal initializer (Saxe et al. 2014): rows or columns of the weight, as a matrix, are orthonormal. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { RandomInitializer } from './initializer.ts';
import { orthonormalize } from './orthonormal-rows.ts';

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
    const vectors = Array.from({ length: Math.min(rows, columns) }, () =>
      Float64Array.from({ length: Math.max(rows, columns) }, () => random.normal()),
    );
    orthonormalize(vectors);
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const row = Math.floor(i / columns);
      const column = i % columns;
      return this.gain * (rows < columns ? vectors[row]![column]! : vectors[column]![row]!);
    });
  }
}

/** Orthonormal rows or columns, times `gain`. */
export const orthogonal = factory(Orthogonal);

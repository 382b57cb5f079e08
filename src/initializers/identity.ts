/** @file The identity matrix, for layers that begin as if they were not there (Le et al. 2015; Keras' `Identity`). */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number } from '../options/kinds.ts';
import { Initializer } from './initializer.ts';

/** `gain` on the diagonal of a matrix, 0 elsewhere. */
export class Identity extends withOptions(Initializer, {
  /** The numbers on the diagonal. Default 1. */
  gain: number(1),
}) {
  static override readonly className = 'Identity';

  /** Throws ShapeError for a weight that is no matrix. */
  override fill(shape: readonly number[]): Float32Array {
    if (shape.length !== 2) {
      throw new ShapeError(
        `Identity: expected a matrix, received a weight of shape ${formatShape(shape)} of rank ${shape.length}. ` +
          "Use 'orthogonal' for the kernels of convolutions.",
      );
    }
    const [rows, columns] = shape as readonly [number, number];
    const values = new Float32Array(rows * columns);
    for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = this.gain;
    return values;
  }
}

/** The identity matrix times `gain`. */
export const identity = factory(Identity);

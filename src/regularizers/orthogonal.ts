/** @file A price on rows or columns of a matrix that point in similar directions (Keras' `OrthogonalRegularizer`). */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { abs, constant, div, matmul, maximum, mul, sqrt, square, sub, sum, transpose } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number, oneOf } from '../options/kinds.ts';
import { Regularizer } from './regularizer.ts';

/**
 * A smaller squared norm is raised to this, so that rows of zeros do not cause a division by zero (Keras' `normalize`).
 */
const LEAST_SQUARED_NORM = 1e-14;

/**
 * factor · mean of |cosine| over all pairs of rows or columns. Throws ShapeError unless the weight is a matrix with at
 * least two rows (or columns).
 */
export class OrthogonalRegularizer extends withOptions(Regularizer, {
  /** The factor. Default 0.01. */
  factor: number(0.01, { atLeast: 0 }),
  /** What is to be orthogonal. Default 'rows'. */
  mode: oneOf('rows', 'columns'),
}) {
  static override readonly className = 'OrthogonalRegularizer';

  override call(x: Node): Node {
    if (x.shape.length !== 2 || x.shape[0] === null) {
      throw new ShapeError(
        `Inputs to OrthogonalRegularizer must have rank 2 without a batch. Received: ${formatShape(x.shape)}.`,
      );
    }
    const ofRows = this.mode === 'rows';
    const squares = sum(square(x), { axes: [ofRows ? 1 : 0], keepDims: true });
    const unit = div(x, sqrt(maximum(squares, constant(LEAST_SQUARED_NORM))));
    const turned = transpose(unit, [1, 0]);
    const products = ofRows ? matmul(unit, turned) : matmul(turned, unit);
    const size = x.shape[ofRows ? 0 : 1]!;
    if (size === 1) {
      throw new ShapeError(
        `OrthogonalRegularizer: a weight of shape ${formatShape(x.shape)} has one of its ${this.mode}, and so no pair of them.`,
      );
    }
    const pairs = (size * (size - 1)) / 2;
    const total = sum(abs(mul(products, offDiagonal(size))));
    return mul(total, constant((this.factor * 0.5) / pairs));
  }
}

function offDiagonal(size: number): Node {
  const values = Array.from({ length: size * size }, (_, i) => (Math.floor(i / size) === i % size ? 1 : 0));
  return sub(constant(1), constant({ values, shape: [size, size] }));
}

/** factor · mean of |cosine| over all pairs of rows or columns. */
export const orthogonalRegularizer = factory(OrthogonalRegularizer);

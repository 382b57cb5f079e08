/** @file Samples' weights beside values: one for each sample, or for each pixel or step of it. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { broadcastTo, reshape } from '../ops/index.ts';

/**
 * The weights for values of shape `values`: of shape [batch, …], the values' first axes. Last extents of 1 are left out.
 * Throws ShapeError when they do not fit.
 */
export function fitWeights(who: string, weights: Node, values: Shape): Node {
  let shape = weights.shape;
  while (shape.length > 1 && shape.at(-1) === 1) shape = shape.slice(0, -1);
  const fits = values.length === 0 ? shape.length === 1 : sameShape(shape, values.slice(0, shape.length));
  if (fits) return reshape(weights, shape);
  throw new ShapeError(
    `${who}: sample weights of shape ${formatShape(weights.shape)} do not fit values of shape ${formatShape(values)}. ` +
      'Give one weight for each sample, or for each value: their first axes must be equal.',
  );
}

/** The weights repeated over the values' last axes. Throws as `fitWeights` does. */
export function spreadWeights(who: string, weights: Node, values: Shape): Node {
  const fitted = fitWeights(who, weights, values);
  if (fitted.shape.length === values.length) return fitted;
  const ones = values.slice(fitted.shape.length).map(() => 1);
  return broadcastTo(reshape(fitted, [...fitted.shape, ...ones]), values);
}

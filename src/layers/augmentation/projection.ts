/**
 * @file Projections: matrices that say which point of the input each pixel of the output shows, one for each image.
 *
 * Their coefficients are [a0 a1 a2; b0 b1 b2; c0 c1 1], as in Keras' `affine_transform`: output pixel (x, y) shows the
 * input at ((a0 x + a1 y + a2) / k, (b0 x + b1 y + b2) / k) with k = c0 x + c1 y + 1. A coefficient is a number that all
 * images share, or a node [n, 1].
 */

import type { Node } from '../../graph/node.ts';
import { add, broadcastTo, concatenate, constant, div, mul, neg, where } from '../../ops/index.ts';

/** A coefficient. */
export type Coefficient = number | Node;

/** The eight coefficients that are not fixed, row by row. */
export type Projection = readonly [
  Coefficient,
  Coefficient,
  Coefficient,
  Coefficient,
  Coefficient,
  Coefficient,
  Coefficient,
  Coefficient,
];

/** Every pixel stays where it is. */
export const IDENTITY: Projection = [1, 0, 0, 0, 1, 0, 0, 0];

/** The coefficient as a node. */
export function nodeOf(value: Coefficient): Node {
  return typeof value === 'number' ? constant(value) : value;
}

/** a · b, worked out at once where that can be done. */
export function times(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  return a === -1 ? neg(nodeOf(b)) : b === -1 ? neg(nodeOf(a)) : mul(nodeOf(a), nodeOf(b));
}

/** The sum, worked out at once where that can be done. */
export function plus(...terms: readonly Coefficient[]): Coefficient {
  return terms.reduce((total, term) => {
    if (typeof total === 'number' && typeof term === 'number') return total + term;
    if (total === 0) return term;
    return term === 0 ? total : add(nodeOf(total), nodeOf(term));
  }, 0);
}

function over(a: Coefficient, b: Coefficient): Coefficient {
  if (typeof a === 'number' && typeof b === 'number') return a / b;
  return a === 0 ? 0 : b === 1 ? a : div(nodeOf(a), nodeOf(b));
}

/** All nine coefficients, divided by the last, which becomes 1. */
export function normalized(all: readonly Coefficient[]): Projection {
  return all.slice(0, 8).map((value) => over(value, all[8]!)) as unknown as Projection;
}

/** The product of two matrices of nine coefficients, row by row. */
export function product(a: readonly Coefficient[], b: readonly Coefficient[]): Coefficient[] {
  return Array.from({ length: 9 }, (_, i) => {
    const [row, column] = [3 * Math.floor(i / 3), i % 3];
    return plus(...[0, 1, 2].map((k) => times(a[row + k]!, b[3 * k + column]!)));
  });
}

/** The projection of images that were sampled by `first`, and whose result was sampled by `second`. */
export function compose(first: Projection, second: Projection): Projection {
  return normalized(product([...first, 1], [...second, 1]));
}

/** `projection` for images whose `condition` [n, 1] is not 0; other images stay as they are. */
export function onlyWhere(condition: Node, projection: Projection): Projection {
  return projection.map((value, i) =>
    value === IDENTITY[i] ? value : where(condition, nodeOf(value), nodeOf(IDENTITY[i]!)),
  ) as unknown as Projection;
}

/** The coefficients as one node [n, 8], or [n, 6] when k is 1 for all images. */
export function coefficientsNode(projection: Projection): Node {
  const isAffine = projection[6] === 0 && projection[7] === 0;
  return concatenate(
    projection
      .slice(0, isAffine ? 6 : 8)
      .map((value) => (typeof value === 'number' ? broadcastTo(constant(value), [null, 1]) : value)),
    1,
  );
}

/** @file Constraint: what a weight is made to be after each step (Keras' `constraints.py`). */

import type { Node } from '../graph/node.ts';
import { sqrt, square, sum } from '../ops/index.ts';
import { Configurable, withOptions } from '../options/configurable.ts';

/** Keeps a weight within bounds. A class of one's own defines `call`. */
export abstract class Constraint extends withOptions(Configurable, {}) {
  /** The allowed weight that stands for `weight`; of its shape. */
  abstract call(weight: Node): Node;
}

/** Keras' epsilon(), added to norms that are divided by. */
export const EPSILON = 1e-7;

/** Norms along `axes`, which stay as extents of 1. */
export function norms(weight: Node, axes: readonly number[]): Node {
  return sqrt(sum(square(weight), { axes, keepDims: true }));
}

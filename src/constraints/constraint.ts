/** @file Constraint: a rule that a weight is made to satisfy after each step (Keras' `constraints.py`). */

import type { Node } from '../graph/node.ts';
import { sqrt, square, sum } from '../ops/index.ts';
import { Configurable, withOptions } from '../options/configurable.ts';

/** Keeps a weight within bounds. A user's own class defines `call`. */
export abstract class Constraint extends withOptions(Configurable, {}) {
  static override readonly methods: readonly string[] = ['call'];
  /** The allowed weight in the place of `weight`, of the same shape. */
  abstract call(weight: Node): Node;
}

/** Keras' epsilon(), added to norms that are divided by. */
export const EPSILON = 1e-7;

/** Norms along `axes`, which are kept with extent 1. */
export function norms(weight: Node, axes: readonly number[]): Node {
  return sqrt(sum(square(weight), { axes, keepDims: true }));
}

/** @file clip: numbers moved into a range. */

import { ValueError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import { maximum } from './elementwise/maximum.ts';
import { minimum } from './elementwise/minimum.ts';
import { constant } from './leaf.ts';

/**
 * `x` with numbers below `low` set to `low` and numbers above `high` set to `high`; the gradient passes where low ≤ x ≤
 * high, as in TensorFlow. Shape: as `x`. Throws ValueError unless low ≤ high.
 */
export function clip(x: Node, low: number, high: number): Node {
  if (!(low <= high)) throw new ValueError(`clip: expected low ≤ high, received low=${low}, high=${high}.`);
  return minimum(maximum(x, constant(low)), constant(high));
}

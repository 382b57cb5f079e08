/** @file oneHot: class numbers to rows with a single 1, composed of a comparison with 0 … depth-1. */

import type { Node } from '../graph/node.ts';
import { equal } from './elementwise/equal.ts';
import { constant } from './leaf.ts';
import { reshape } from './reshape.ts';

/** [...] → [..., depth]; a number outside 0 … depth-1 gives a row of zeros. */
export function oneHot(x: Node, depth: number): Node {
  const classes = constant({ values: Array.from({ length: depth }, (_, i) => i), shape: [depth] });
  return equal(reshape(x, [...x.shape, 1]), classes);
}

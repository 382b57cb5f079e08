/** @file Normally distributed numbers from uniform ones. */

import type { Node } from '../graph/node.ts';
import { log } from './elementwise/log.ts';
import { mul } from './elementwise/mul.ts';
import { cos } from './elementwise/sine.ts';
import { sqrt } from './elementwise/sqrt.ts';
import { sub } from './elementwise/sub.ts';
import { constant } from './leaf.ts';

/**
 * Normally distributed numbers of mean 0 and deviation 1 from two values of independent uniform numbers in [0, 1) (Box &
 * Muller 1958). `randomUniform` has steps of 2^-24, so the largest one is 5.77.
 */
export function normalOfUniform(radius: Node, angle: Node): Node {
  const length = sqrt(mul(constant(-2), log(sub(constant(1), radius))));
  return mul(length, cos(mul(constant(2 * Math.PI), angle)));
}

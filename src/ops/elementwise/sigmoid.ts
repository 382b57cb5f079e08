/** @file Logistic function 1 / (1 + e^-x). */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { sigmoid as sigmoidKernel } from '../../kernels/math/tanh.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

export const sigmoidOp: Op<null> = defineElementwise({
  name: 'sigmoid',
  value: ([x]) => 1 / (1 + Math.exp(-x!)),
  emit: (k, [x]) => sigmoidKernel(k, x!),
  // From the result, so that x need not be kept: for large x, 1 - y is off by up to 6e-8, as in float32 Keras.
  gradient: (node, dy) => [mul(dy, mul(node, sub(constant(1), node)))],
});

/** Logistic function 1 / (1 + e^-x). Shape: as `x`. */
export function sigmoid(x: Node): Node {
  return apply(sigmoidOp, [x], null);
}

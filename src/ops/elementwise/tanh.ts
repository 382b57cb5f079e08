/** @file Hyperbolic tangent. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { tanh as tanhKernel } from '../../kernels/math/tanh.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

export const tanhOp: Op<null> = defineElementwise({
  name: 'tanh',
  value: ([x]) => Math.tanh(x!),
  emit: (k, [x]) => tanhKernel(k, x!),
  // From the result, so that x need not be kept: far from 0, 1 - y² is off by up to 1.2e-7, as in float32 Keras.
  gradient: (node, dy) => [mul(dy, sub(constant(1), mul(node, node)))],
});

/** Hyperbolic tangent. Shape: as `x`. */
export function tanh(x: Node): Node {
  return apply(tanhOp, [x], null);
}

/** @file e^x. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { exp as expKernel } from '../../kernels/math/exp.ts';
import { defineElementwise } from '../define.ts';
import { mul } from './mul.ts';

export const expOp: Op<null> = defineElementwise({
  name: 'exp',
  value: ([x]) => Math.exp(x!),
  emit: (k, [x]) => expKernel(k, x!),
  gradient: (node, dy) => [mul(dy, node)],
});

/** e^x. Shape: as `x`. */
export function exp(x: Node): Node {
  return apply(expOp, [x], null);
}

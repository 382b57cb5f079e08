/** @file Natural logarithm of 1 + x, precise near 0 too. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { log1p as log1pKernel } from '../../kernels/math/log1p.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { add } from './add.ts';
import { div } from './div.ts';

export const log1pOp: Op<null> = defineElementwise({
  name: 'log1p',
  value: ([x]) => Math.log1p(x!),
  emit: (k, [x]) => log1pKernel(k, x!),
  gradient: (node, dy) => [div(dy, add(constant(1), node.inputs[0]!))],
});

/** Natural logarithm of 1 + x, precise near 0 too; NaN below -1. Shape: as `x`. */
export function log1p(x: Node): Node {
  return apply(log1pOp, [x], null);
}

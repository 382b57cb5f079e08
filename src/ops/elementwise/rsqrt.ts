/** @file 1 / √x. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { mul } from './mul.ts';

export const rsqrtOp: Op<null> = defineElementwise<null>({
  name: 'rsqrt',
  value: ([x]) => 1 / Math.sqrt(x!),
  emit: (k, [x]) => k.div(k.constant(1), k.unary('sqrt', x!)),
  gradient: (node, dy) => [mul(mul(dy, constant(-0.5)), mul(node, mul(node, node)))],
});

/** 1 / √x: infinite at 0, NaN below. Shape: as `x`. */
export function rsqrt(x: Node): Node {
  return apply(rsqrtOp, [x], null);
}

/** @file Square root; NaN below 0. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { div } from './div.ts';
import { mul } from './mul.ts';

export const sqrtOp: Op<null> = defineElementwise({
  name: 'sqrt',
  value: ([x]) => Math.sqrt(x!),
  emit: (k, [x]) => k.unary('sqrt', x!),
  gradient: (node, dy) => [div(dy, mul(constant(2), node))],
});

/** Square root; NaN below 0. Shape: as `x`. */
export function sqrt(x: Node): Node {
  return apply(sqrtOp, [x], null);
}

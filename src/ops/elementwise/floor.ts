/** @file The largest whole number not above x; no gradient. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const floorOp: Op<null> = defineElementwise({
  name: 'floor',
  value: ([x]) => Math.floor(x!),
  emit: (k, [x]) => k.unary('floor', x!),
  gradient: 'none',
});

/** The largest whole number not above x; no gradient. Shape: as `x`. */
export function floor(x: Node): Node {
  return apply(floorOp, [x], null);
}

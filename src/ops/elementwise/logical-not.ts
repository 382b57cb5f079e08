/** @file 1 where x is 0, else 0. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const logicalNotOp: Op<null> = defineElementwise({
  name: 'logicalNot',
  value: ([x]) => (x === 0 ? 1 : 0),
  emit: (k, [x]) => k.select(k.compare('equal', x!, k.constant(0)), k.constant(1), k.constant(0)),
  // Constant but for the places where it jumps.
  gradient: () => [null],
});

/** 1 where x is 0, else 0: numbers other than 0 are true. Shape: as `x`. */
export function logicalNot(x: Node): Node {
  return apply(logicalNotOp, [x], null);
}

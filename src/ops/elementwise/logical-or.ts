/** @file 1 where a or b is true, else 0; numbers other than 0 are true. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const logicalOrOp: Op<null> = defineElementwise({
  name: 'logicalOr',
  value: ([a, b]) => (a === 0 && b === 0 ? 0 : 1),
  emit: (k, [a, b]) => {
    const zero = k.constant(0);
    const no = k.maskOp('and', k.compare('equal', a!, zero), k.compare('equal', b!, zero));
    return k.select(no, zero, k.constant(1));
  },
  // Constant but for the places where it jumps.
  gradient: () => [null, null],
});

/** 1 where a or b is true, else 0; numbers other than 0 are true. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function logicalOr(a: Node, b: Node): Node {
  return apply(logicalOrOp, [a, b], null);
}

/** @file 1 where a ≠ b, else 0. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const notEqualOp: Op<null> = defineElementwise({
  name: 'notEqual',
  value: ([a, b]) => (a! === b! ? 0 : 1),
  emit: (k, [a, b]) => k.select(k.compare('equal', a!, b!), k.constant(0), k.constant(1)),
  // Constant but for the places where it jumps.
  gradient: () => [null, null],
});

/** 1 where a ≠ b, else 0. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function notEqual(a: Node, b: Node): Node {
  return apply(notEqualOp, [a, b], null);
}

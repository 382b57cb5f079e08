/** @file 1 where a ≤ b, else 0. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const lessEqualOp: Op<null> = defineElementwise({
  name: 'lessEqual',
  value: ([a, b]) => (a! <= b! ? 1 : 0),
  emit: (k, [a, b]) => k.select(k.compare('lessEqual', a!, b!), k.constant(1), k.constant(0)),
  // Constant but for the places where it jumps.
  gradient: () => [null, null],
});

/** 1 where a ≤ b, else 0. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function lessEqual(a: Node, b: Node): Node {
  return apply(lessEqualOp, [a, b], null);
}

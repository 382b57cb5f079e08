/** @file a · b. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const mulOp: Op<null> = defineElementwise({
  name: 'mul',
  value: ([a, b]) => a! * b!,
  emit: (k, [a, b]) => k.mul(a!, b!),
  gradient: (node, dy) => [mul(dy, node.inputs[1]!), mul(dy, node.inputs[0]!)],
});

/** a · b. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function mul(a: Node, b: Node): Node {
  return apply(mulOp, [a, b], null);
}

/** @file a + b. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const addOp: Op<null> = defineElementwise({
  name: 'add',
  value: ([a, b]) => a! + b!,
  emit: (k, [a, b]) => k.add(a!, b!),
  gradient: (_node, dy) => [dy, dy],
});

/** a + b. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function add(a: Node, b: Node): Node {
  return apply(addOp, [a, b], null);
}

/** @file a - b. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { neg } from './neg.ts';

export const subOp: Op<null> = defineElementwise({
  name: 'sub',
  value: ([a, b]) => a! - b!,
  emit: (k, [a, b]) => k.sub(a!, b!),
  gradient: (_node, dy) => [dy, neg(dy)],
});

/** a - b. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function sub(a: Node, b: Node): Node {
  return apply(subOp, [a, b], null);
}

/** @file The smaller of a and b; on a tie the gradient goes to a, as in TensorFlow. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { greater } from './greater.ts';
import { lessEqual } from './less-equal.ts';
import { mul } from './mul.ts';

export const minimumOp: Op<null> = defineElementwise({
  name: 'minimum',
  value: ([a, b]) => Math.min(a!, b!),
  emit: (k, [a, b]) => k.min(a!, b!),
  gradient: (node, dy) => {
    const [a, b] = node.inputs as [Node, Node];
    return [mul(dy, lessEqual(a, b)), mul(dy, greater(a, b))];
  },
});

/** The smaller of a and b; on a tie the gradient goes to a, as in TensorFlow. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function minimum(a: Node, b: Node): Node {
  return apply(minimumOp, [a, b], null);
}

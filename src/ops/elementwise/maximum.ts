/** @file The larger of a and b; on a tie the gradient goes to a, as in TensorFlow. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { greaterEqual } from './greater-equal.ts';
import { less } from './less.ts';
import { mul } from './mul.ts';

export const maximumOp: Op<null> = defineElementwise({
  name: 'maximum',
  value: ([a, b]) => Math.max(a!, b!),
  emit: (k, [a, b]) => k.max(a!, b!),
  gradient: (node, dy) => {
    const [a, b] = node.inputs as [Node, Node];
    return [mul(dy, greaterEqual(a, b)), mul(dy, less(a, b))];
  },
});

/** The larger of a and b; on a tie the gradient goes to a, as in TensorFlow. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function maximum(a: Node, b: Node): Node {
  return apply(maximumOp, [a, b], null);
}

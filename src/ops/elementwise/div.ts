/** @file a / b. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';

export const divOp: Op<null> = defineElementwise({
  name: 'div',
  value: ([a, b]) => a! / b!,
  emit: (k, [a, b]) => k.div(a!, b!),
  gradient: (node, dy) => {
    const [, b] = node.inputs as [Node, Node];
    return [div(dy, b), neg(div(mul(dy, node), b))];
  },
});

/** a / b. Shapes broadcast as in NumPy. Throws ShapeError when they do not fit. */
export function div(a: Node, b: Node): Node {
  return apply(divOp, [a, b], null);
}

/** @file where(condition, a, b): element by element, a where the condition is not 0, else b. */

import { apply, type Node } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';

export const whereOp: Op<null> = defineElementwise({
  name: 'where',
  value: ([condition, a, b]) => (condition !== 0 ? a! : b!),
  emit: (k, [condition, a, b]) => k.select(k.compare('equal', condition!, k.constant(0)), b!, a!),
  gradient: (node, dy) => {
    const condition = node.inputs[0]!;
    return [null, where(condition, dy, constant(0)), where(condition, constant(0), dy)];
  },
});

/** a where `condition` is not 0, else b. Shapes broadcast as in NumPy. */
export function where(condition: Node, a: Node, b: Node): Node {
  return apply(whereOp, [condition, a, b], null);
}

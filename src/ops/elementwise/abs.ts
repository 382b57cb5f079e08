/** @file |x|; its gradient at 0 is 0. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { greater } from './greater.ts';
import { less } from './less.ts';
import { mul } from './mul.ts';
import { sub } from './sub.ts';

export const absOp: Op<null> = defineElementwise({
  name: 'abs',
  value: ([x]) => Math.abs(x!),
  emit: (k, [x]) => k.unary('abs', x!),
  gradient: (node, dy) => [
    mul(dy, sub(greater(node.inputs[0]!, constant(0)), less(node.inputs[0]!, constant(0)))),
  ],
});

/** |x|; its gradient at 0 is 0. Shape: as `x`. */
export function abs(x: Node): Node {
  return apply(absOp, [x], null);
}

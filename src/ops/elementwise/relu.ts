/** @file Rectified linear unit (Nair & Hinton 2010): max(x, 0). The gradient at 0 is 0, as in Keras. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { greater } from './greater.ts';
import { mul } from './mul.ts';

export const reluOp: Op<null> = defineElementwise({
  name: 'relu',
  value: ([x]) => Math.max(x!, 0),
  emit: (k, [x]) => k.max(k.constant(0), x!),
  gradient: (node, dy) => [mul(dy, greater(node, constant(0)))],
});

/** Rectified linear unit (Nair & Hinton 2010): max(x, 0). The gradient at 0 is 0, as in Keras. Shape: as `x`. */
export function relu(x: Node): Node {
  return apply(reluOp, [x], null);
}

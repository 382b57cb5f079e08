/** @file Rectified linear unit with the limit 6 (Krizhevsky 2010): min(max(x, 0), 6). The gradient at 0 and 6 is 0, as in TensorFlow. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { greater } from './greater.ts';
import { less } from './less.ts';
import { mul } from './mul.ts';

const LIMIT = 6;

export const relu6Op: Op<null> = defineElementwise({
  name: 'relu6',
  value: ([x]) => Math.min(Math.max(x!, 0), LIMIT),
  emit: (k, [x]) => k.min(k.constant(LIMIT), k.max(k.constant(0), x!)),
  // Of the result alone, so that the input need not be kept.
  gradient: (node, dy) => [mul(dy, mul(greater(node, constant(0)), less(node, constant(LIMIT))))],
});

/** min(max(x, 0), 6). The gradient at 0 and 6 is 0, as in TensorFlow. Shape: as `x`. */
export function relu6(x: Node): Node {
  return apply(relu6Op, [x], null);
}

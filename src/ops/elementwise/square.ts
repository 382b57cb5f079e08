/** @file x². */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { mul } from './mul.ts';

export const squareOp: Op<null> = defineElementwise({
  name: 'square',
  value: ([x]) => x! * x!,
  emit: (k, [x]) => k.mul(x!, x!),
  gradient: (node, dy) => [mul(dy, mul(constant(2), node.inputs[0]!))],
});

/** x². Shape: as `x`. */
export function square(x: Node): Node {
  return apply(squareOp, [x], null);
}

/** @file softsign: x / (1 + |x|) (Bergstra et al. 2009). */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { abs } from './abs.ts';
import { add } from './add.ts';
import { div } from './div.ts';
import { square } from './square.ts';

export const softsignOp: Op<null> = defineElementwise({
  name: 'softsign',
  value: ([x]) => x! / (1 + Math.abs(x!)),
  emit: (k, [x]) => k.div(x!, k.add(k.constant(1), k.unary('abs', x!))),
  // The quotient rule would give a difference of two numbers that become equal as x grows.
  gradient: (node, dy) => [div(dy, square(add(constant(1), abs(node.inputs[0]!))))],
});

/** x / (1 + |x|). Shape: as `x`. */
export function softsign(x: Node): Node {
  return apply(softsignOp, [x], null);
}

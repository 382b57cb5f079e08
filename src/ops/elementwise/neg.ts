/** @file -x. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const negOp: Op<null> = defineElementwise({
  name: 'neg',
  value: ([x]) => -x!,
  emit: (k, [x]) => k.unary('neg', x!),
  gradient: (_node, dy) => [neg(dy)],
});

/** -x. Shape: as `x`. */
export function neg(x: Node): Node {
  return apply(negOp, [x], null);
}

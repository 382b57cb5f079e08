/** @file The smallest whole number not below x; no gradient. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const ceilOp: Op<null> = defineElementwise({
  name: 'ceil',
  value: ([x]) => Math.ceil(x!),
  emit: (k, [x]) => k.unary('neg', k.unary('floor', k.unary('neg', x!))),
  gradient: 'none',
});

/** The smallest whole number not below x; no gradient. Shape: as `x`. */
export function ceil(x: Node): Node {
  return apply(ceilOp, [x], null);
}

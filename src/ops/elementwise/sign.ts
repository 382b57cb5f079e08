/** @file The sign: -1, 0 or 1. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

export const signOp: Op<null> = defineElementwise({
  name: 'sign',
  value: ([x]) => Math.sign(x!),
  emit: (k, [x]) => {
    const signed = k.select(k.compare('less', x!, k.constant(0)), k.constant(-1), k.constant(1));
    // Both zeros, and NaN, which is not less and not greater than 0, stay as they are.
    const isSigned = k.compare('less', k.constant(0), k.unary('abs', x!));
    return k.select(isSigned, signed, x!);
  },
  // Constant but for the places where it jumps.
  gradient: () => [null],
});

/** -1 below 0, 0 at 0, 1 above. Shape: as `x`. */
export function sign(x: Node): Node {
  return apply(signOp, [x], null);
}

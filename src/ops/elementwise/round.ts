/** @file The nearest whole number; halves go to the even one, as in Keras. No gradient. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { defineElementwise } from '../define.ts';

/** Float32 numbers from this one up are whole. So adding it to a smaller number rounds that number to a whole one. */
const WHOLE_FROM = 2 ** 23;
const SIGN_BIT = 0x80000000;

function halfToEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  return rest < 0.5 || (rest === 0.5 && below % 2 === 0) ? below : below + 1;
}

export const roundOp: Op<null> = defineElementwise({
  name: 'round',
  value: ([x]) => halfToEven(x!),
  emit: (k, [x]) => {
    const size = k.unary('abs', x!);
    const limit = k.constant(WHOLE_FROM);
    const rounded = k.sub(k.add(size, limit), limit);
    const whole = k.select(k.compare('less', size, limit), rounded, size);
    return k.intBinary('orInt', whole, k.intBinary('andInt', x!, k.constantInt(SIGN_BIT)));
  },
  gradient: 'none',
});

/** The nearest whole number; halves go to the even one, as in Keras. No gradient. Shape: as `x`. */
export function round(x: Node): Node {
  return apply(roundOp, [x], null);
}

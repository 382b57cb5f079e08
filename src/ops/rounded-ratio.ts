/** @file roundedRatio: scale · part / whole, rounded once. */

import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { defineElementwise } from './define.ts';

function halfToEven(part: number, whole: number): number {
  const quotient = Math.floor(part / whole);
  const rest = 2 * (part - quotient * whole);
  return rest < whole || (rest === whole && quotient % 2 === 0) ? quotient : quotient + 1;
}

export const roundedRatioOp: Op<{ readonly scale: number }> = defineElementwise({
  name: 'roundedRatio',
  value: ([part, whole], { scale }) => halfToEven(scale * part!, whole!),
  // The quotient in floats is off by less than one. What the division leaves, in integers, decides.
  emit: (k, [part, whole], { scale }) => {
    const near = k.unary('floor', k.div(k.mul(part!, k.constant(scale)), whole!));
    const product = k.intBinary('mulInt', k.unary('toInt', part!), k.constantInt(scale));
    const taken = k.intBinary('mulInt', k.unary('toInt', near), k.unary('toInt', k.unary('neg', whole!)));
    const rest = k.unary('toFloat', k.intBinary('addInt', product, taken));
    const twice = k.add(rest, rest);
    const half = k.mul(near, k.constant(0.5));
    const odd = k.compare('less', k.unary('floor', half), half);
    const tie = k.maskOp('and', k.compare('equal', twice, whole!), odd);
    const up = k.maskOp('or', k.compare('less', whole!, twice), tie);
    return k.select(up, k.add(near, k.constant(1)), near);
  },
  gradient: 'none',
});

/**
 * The whole number nearest to scale · part / whole, halves to the even one; exact for whole numbers 0 ≤ part ≤ whole,
 * whole ≥ 1, with scale · whole below 2^31. Shapes broadcast as in NumPy. No gradient.
 */
export function roundedRatio(part: Node, whole: Node, { scale }: { readonly scale: number }): Node {
  return apply(roundedRatioOp, [part, whole], { scale });
}

/** @file e^x - 1, precise near 0 too. */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import { expm1 as expm1Kernel } from '../../kernels/math/expm1.ts';
import { defineElementwise } from '../define.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';

export const expm1Op: Op<null> = defineElementwise({
  name: 'expm1',
  value: ([x]) => Math.expm1(x!),
  emit: (k, [x]) => expm1Kernel(k, x!),
  // The gradient is e^x, and not the result + 1, which has lost its digits where the result is near -1.
  gradient: (node, dy) => [mul(dy, exp(node.inputs[0]!))],
});

/** e^x - 1, precise near 0 too. Shape: as `x`. */
export function expm1(x: Node): Node {
  return apply(expm1Op, [x], null);
}

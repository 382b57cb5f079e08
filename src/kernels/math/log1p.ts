/**
 * @file log(1 + x) in the vector IR, precise near 0 too: log of the rounded 1 + x, and the first-order effect of what
 * rounding lost (Kahan; Goldberg 1991, "What every computer scientist should know about floating-point arithmetic",
 * theorem 4). Error at most 2 ulp.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';
import { log } from './log.ts';

/** ln(1 + x). -Infinity at -1, NaN below -1, Infinity at Infinity; NaN stays NaN. */
export function log1p(k: KernelBuilder, x: Vec): Vec {
  const one = k.constant(1);
  const sum = k.add(one, x);
  const lost = k.div(k.sub(x, k.sub(sum, one)), sum);
  // 0/0 at -1 and Infinity - Infinity at Infinity: there the logarithm is right by itself.
  const known = k.select(k.compare('equal', lost, lost), lost, k.constant(0));
  return k.add(log(k, sum), known);
}

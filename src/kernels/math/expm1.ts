/**
 * @file e^x - 1 in the vector IR, precise near 0 too: exp's range reduction and polynomial, with the 1 taken off each
 * part before they are put together. Error at most 2 ulp.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';
import { expParts } from './exp.ts';

/** Below this e^x - 1 rounds to -1. */
const MIN_INPUT = -18;

/** e^x - 1. Saturates above 88.7 at about 3.4e38; NaN stays NaN. */
export function expm1(k: KernelBuilder, x: Vec): Vec {
  const { fraction, halfPower } = expParts(k, x, MIN_INPUT);
  // 2 · (2^(n-1) · (e^r - 1) + 2^(n-1) - 1/2): 2^n itself is not a float at the upper end.
  const half = k.fma(fraction, halfPower, k.sub(halfPower, k.constant(0.5)));
  return k.mul(half, k.constant(2));
}

/**
 * @file exp in the vector IR. Range reduction to |r| ≤ ln2/2 and a degree-5 polynomial, after Cephes' expf
 * (S. Moshier, netlib.org/cephes). Error at most 2 ulp over the range where the result is a normal number.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';

const LOG2E = Math.LOG2E;
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
/**
 * Outside these limits the result stays at about 3.4e38 and 1.8e-38, so that 2^(n-1) in the code below is a normal
 * number.
 */
const MAX_INPUT = 88.7228;
const MIN_INPUT = -86.9;
const COEFFICIENTS = [
  1.98756915e-4, 1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1,
];

/** e^x. Saturates outside [-86.9, 88.7]; NaN stays NaN. */
export function exp(k: KernelBuilder, x: Vec): Vec {
  const { fraction, halfPower } = expParts(k, x, MIN_INPUT);
  // The factor 2 comes before the power: after it, machine code could have flushed a small product to 0 already.
  return k.mul(k.mul(k.add(fraction, k.constant(1)), k.constant(2)), halfPower);
}

/**
 * e^r - 1 and 2^(n-1), where x = n · ln2 + r and |r| ≤ ln2/2, after x is cut to `lowest` … 88.7. n reaches 128 at the
 * upper end, where 2^n itself is not a float.
 */
export function expParts(k: KernelBuilder, x: Vec, lowest: number): { fraction: Vec; halfPower: Vec } {
  const clamped = k.min(k.constant(MAX_INPUT), k.max(k.constant(lowest), x));
  const n = k.unary('floor', k.fma(clamped, k.constant(LOG2E), k.constant(0.5)));
  let r = k.fma(n, k.constant(-LN2_HIGH), clamped);
  r = k.fma(n, k.constant(-LN2_LOW), r);
  let p = k.constant(COEFFICIENTS[0]!);
  for (const c of COEFFICIENTS.slice(1)) p = k.fma(p, r, k.constant(c));
  const fraction = k.fma(p, k.mul(r, r), r);
  const power = k.intBinary('addInt', k.unary('toInt', n), k.constantInt(126));
  return { fraction, halfPower: k.shift('shiftLeftInt', power, 23) };
}

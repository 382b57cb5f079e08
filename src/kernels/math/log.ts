/**
 * @file Natural logarithm in the vector IR: exponent and mantissa split, then Cephes' logf polynomial
 * (S. Moshier, netlib.org/cephes). Error at most 2 ulp for normal positive inputs.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';

const SQRT_HALF = Math.SQRT1_2;
const LN2_HIGH = 0.693359375;
const LN2_LOW = -2.1219444e-4;
const SMALLEST_NORMAL = 1.17549435e-38;
const COEFFICIENTS = [
  7.0376836292e-2, -1.151461031e-1, 1.167699874e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1,
  2.0000714765e-1, -2.4999993993e-1, 3.3333331174e-1,
];

/** ln x. -Infinity at 0 (denormals count as 0), NaN below 0, Infinity at Infinity. */
export function log(k: KernelBuilder, x: Vec): Vec {
  const zero = k.constant(0);
  const one = k.constant(1);
  const tiny = k.constant(SMALLEST_NORMAL);
  const bits = k.max(tiny, x);
  const exponentBits = k.intBinary('addInt', k.shift('shiftRightInt', bits, 23), k.constantInt(-126));
  let e = k.unary('toFloat', exponentBits);
  // Mantissa in [0.5, 1): keep the fraction bits, force the exponent of 0.5.
  let m = k.intBinary(
    'orInt',
    k.intBinary('andInt', bits, k.constantInt(0x007fffff)),
    k.constantInt(0x3f000000),
  );
  const small = k.compare('less', m, k.constant(SQRT_HALF));
  e = k.sub(e, k.select(small, one, zero));
  m = k.sub(k.add(m, k.select(small, m, zero)), one);
  const z = k.mul(m, m);
  let p = k.constant(COEFFICIENTS[0]!);
  for (const c of COEFFICIENTS.slice(1)) p = k.fma(p, m, k.constant(c));
  p = k.mul(k.mul(p, m), z);
  p = k.fma(e, k.constant(LN2_LOW), p);
  p = k.sub(p, k.mul(z, k.constant(0.5)));
  const result = k.fma(e, k.constant(LN2_HIGH), k.add(m, p));
  return special(k, x, result, tiny, zero);
}

function special(k: KernelBuilder, x: Vec, result: Vec, tiny: Vec, zero: Vec): Vec {
  const infinity = k.constant(Number.POSITIVE_INFINITY);
  const finite = k.select(k.compare('equal', x, infinity), infinity, result);
  const positive = k.select(k.compare('less', x, tiny), k.constant(Number.NEGATIVE_INFINITY), finite);
  const valid = k.select(k.compare('less', x, zero), k.constant(Number.NaN), positive);
  return k.select(k.compare('equal', x, x), valid, x);
}

/**
 * @file Sine and cosine in the vector IR. x = n · π/2 + r with |r| ≤ π/4, π/2 taken in four parts whose products with n
 * are exact (Cody & Waite 1980), then Cephes' sinf and cosf polynomials (S. Moshier, netlib.org/cephes). Error at most
 * 3 ulp for |x| ≤ 8192. For larger |x| more and more digits are wrong; the result always stays in -1 … 1.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';

/** The first three have 11 bits each, so that n of up to 13 bits times one of them is exact. */
const HALF_PI = [1.5703125, 4.837512969970703e-4, 7.549533620476723e-8, 2.5633440682570896e-12];
const SINE = [-1.9515295891e-4, 8.3321608736e-3, -1.6666654611e-1];
const COSINE = [2.443315711809948e-5, -1.388731625493765e-3, 4.166664568298827e-2];
/** A little more than π/4, since r may exceed π/4 by rounding. */
const LARGEST_REST = 0.79;

/** sin x, x in radians. NaN for NaN and the infinities. */
export function sin(k: KernelBuilder, x: Vec): Vec {
  return quarterTurned(k, x, 0);
}

/** cos x, x in radians. NaN for NaN and the infinities. */
export function cos(k: KernelBuilder, x: Vec): Vec {
  return quarterTurned(k, x, 1);
}

/** sin(x + turns · π/2). */
function quarterTurned(k: KernelBuilder, x: Vec, turns: number): Vec {
  const n = k.unary('floor', k.fma(x, k.constant(2 / Math.PI), k.constant(0.5)));
  let r = x;
  for (const part of HALF_PI) r = k.fma(n, k.constant(-part), r);
  r = k.min(k.constant(LARGEST_REST), k.max(k.constant(-LARGEST_REST), r));
  const z = k.mul(r, r);
  const sine = k.fma(k.mul(polynomial(k, z, SINE), z), r, r);
  const cosine = k.fma(polynomial(k, z, COSINE), k.mul(z, z), k.fma(z, k.constant(-0.5), k.constant(1)));
  const quarter = k.intBinary('addInt', k.unary('toInt', n), k.constantInt(turns));
  const odd = k.unary('toFloat', k.intBinary('andInt', quarter, k.constantInt(1)));
  const value = k.select(k.compare('equal', odd, k.constant(0)), sine, cosine);
  const sign = k.shift('shiftLeftInt', k.intBinary('andInt', quarter, k.constantInt(2)), 30);
  return k.intBinary('xorInt', value, sign);
}

function polynomial(k: KernelBuilder, z: Vec, coefficients: readonly number[]): Vec {
  return coefficients.slice(1).reduce((p, c) => k.fma(p, z, k.constant(c)), k.constant(coefficients[0]!));
}

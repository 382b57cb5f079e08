/**
 * @file tanh and the logistic function in the vector IR.
 * tanh: an odd polynomial near 0 (Cephes' tanhf, netlib.org/cephes), 1 - 2/(e^2x + 1) elsewhere; at most 3 ulp.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';
import { exp } from './exp.ts';

const POLYNOMIAL_BELOW = 0.625;
const COEFFICIENTS = [
  -5.70498872745e-3, 2.06390887954e-2, -5.37397155531e-2, 1.33314422036e-1, -3.33332819422e-1,
];

/** tanh x; NaN stays NaN. */
export function tanh(k: KernelBuilder, x: Vec): Vec {
  const one = k.constant(1);
  const two = k.constant(2);
  const magnitude = k.unary('abs', x);
  const large = k.sub(one, k.div(two, k.add(exp(k, k.mul(magnitude, two)), one)));
  const signedLarge = k.select(k.compare('less', x, k.constant(0)), k.unary('neg', large), large);
  const z = k.mul(x, x);
  let p = k.constant(COEFFICIENTS[0]!);
  for (const c of COEFFICIENTS.slice(1)) p = k.fma(p, z, k.constant(c));
  const small = k.fma(k.mul(p, z), x, x);
  return k.select(k.compare('less', magnitude, k.constant(POLYNOMIAL_BELOW)), small, signedLarge);
}

/** 1 / (1 + e^-x); at most 3 ulp where the result is a normal number. NaN stays NaN. */
export function sigmoid(k: KernelBuilder, x: Vec): Vec {
  const one = k.constant(1);
  return k.div(one, k.add(one, exp(k, k.unary('neg', x))));
}

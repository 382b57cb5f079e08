/**
 * @file The error function 2/√π · ∫ e^(-t²) dt from 0 to x (Abramowitz & Stegun 7.1.1). In float32 at most 2 ulp.
 *
 * Polynomials fitted by weighted least squares to the smallest largest relative error (Lawson 1961), 1.3e-9 before
 * rounding: erf(x) = x + x · P(x²) up to 1, erf(x) = 1 - e^Q(x) from 1 on. The float64 reference is the series of A&S 7.1.6.
 */

import type { Node } from '../../graph/node.ts';
import { apply } from '../../graph/node.ts';
import type { Op } from '../../graph/op.ts';
import type { KernelBuilder } from '../../kernels/builder.ts';
import type { Vec } from '../../kernels/ir.ts';
import { exp as expKernel } from '../../kernels/math/exp.ts';
import { defineElementwise } from '../define.ts';
import { constant } from '../leaf.ts';
import { exp } from './exp.ts';
import { mul } from './mul.ts';
import { neg } from './neg.ts';
import { square } from './square.ts';

const SLOPE_AT_0 = 2 / Math.sqrt(Math.PI);
/** From here on 1 is nearer than any other float32, and float64 number. */
const ONE_FROM = 4;
const ONE_IN_FLOAT64_FROM = 6;
const P = [
  7.853860985e-5, -8.010193513e-4, 5.188327673e-3, -2.685381193e-2, 1.128358515e-1, -3.761262582e-1,
  1.28379166e-1,
];
const Q = [
  1.86379256e-4, -2.947658916e-3, 2.183806639e-2, -1.031067594e-1, -6.381448275e-1, -1.127089193,
  -3.415222957e-4,
];

/** 2/√π · e^(-x²) · Σ 2^n x^(2n+1) / (1 · 3 · … · (2n+1)): no term is negative, so none is lost. */
function erfOf(x: number): number {
  if (Math.abs(x) >= ONE_IN_FLOAT64_FROM) return Math.sign(x);
  let term = x;
  let sum = x;
  for (let n = 1; Math.abs(term) > Number.EPSILON * Math.abs(sum) * 0.1; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return SLOPE_AT_0 * Math.exp(-x * x) * sum;
}

function emitErf(k: KernelBuilder, x: Vec): Vec {
  const one = k.constant(1);
  const polynomial = (coefficients: readonly number[], at: Vec) =>
    coefficients.slice(1).reduce((p, c) => k.fma(p, at, k.constant(c)), k.constant(coefficients[0]!));
  const inner = k.fma(x, polynomial(P, k.mul(x, x)), x);
  const size = k.unary('abs', x);
  const outer = k.sub(one, expKernel(k, polynomial(Q, k.min(k.constant(ONE_FROM), size))));
  const signed = k.select(k.compare('less', x, k.constant(0)), k.unary('neg', outer), outer);
  return k.select(k.compare('less', size, one), inner, signed);
}

export const erfOp: Op<null> = defineElementwise({
  name: 'erf',
  value: ([x]) => erfOf(x!),
  emit: (k, [x]) => emitErf(k, x!),
  gradient: (node, dy) => [mul(dy, mul(constant(SLOPE_AT_0), exp(neg(square(node.inputs[0]!)))))],
});

/** The error function, from -1 to 1. Shape: as `x`. */
export function erf(x: Node): Node {
  return apply(erfOp, [x], null);
}

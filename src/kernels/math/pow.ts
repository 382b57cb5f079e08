/**
 * @file Powers with a fixed exponent in the vector IR. Whole exponents up to 16 and the halves between them by products
 * and a square root, with an error of at most |exponent| + 1 ulp; others as e^(exponent · ln x), with at most
 * 2 + 2 · |exponent · ln x| ulp, where the result is a normal number.
 */

import type { KernelBuilder } from '../builder.ts';
import type { Vec } from '../ir.ts';
import { exp } from './exp.ts';
import { log } from './log.ts';

const MOST_PRODUCTS = 16;

/** x^exponent. Below 0 whole exponents only, others give NaN. NaN stays NaN, but x^0 is always 1. */
export function pow(k: KernelBuilder, x: Vec, exponent: number): Vec {
  const size = Math.abs(exponent);
  if (size > MOST_PRODUCTS || !Number.isInteger(2 * size)) return byLogarithm(k, x, exponent);
  const product = wholePower(k, x, Math.floor(size));
  const power = Number.isInteger(size) ? product : multiplied(k, product, k.unary('sqrt', x));
  return exponent < 0 ? k.div(k.constant(1), power!) : (power ?? k.constant(1));
}

/** By squaring: x^n; null for n = 0. */
function wholePower(k: KernelBuilder, x: Vec, n: number): Vec | null {
  let result: Vec | null = null;
  let square = x;
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplied(k, result, square);
    if (rest > 1) square = k.mul(square, square);
  }
  return result;
}

function multiplied(k: KernelBuilder, a: Vec | null, b: Vec): Vec {
  return a === null ? b : k.mul(a, b);
}

function byLogarithm(k: KernelBuilder, x: Vec, exponent: number): Vec {
  const isWhole = Number.isInteger(exponent);
  const zero = k.constant(0);
  const base = isWhole ? k.unary('abs', x) : x;
  const power = exp(k, k.mul(k.constant(exponent), log(k, base)));
  const atZero = k.constant(exponent > 0 ? 0 : Number.POSITIVE_INFINITY);
  const result = k.select(k.compare('equal', x, zero), atZero, power);
  if (!isWhole || exponent % 2 === 0) return result;
  return k.select(k.compare('less', x, zero), k.unary('neg', result), result);
}

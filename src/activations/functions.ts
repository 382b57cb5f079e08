/**
 * @file Smooth activation functions: graph to graph, by Keras' names. Source: keras.io/api/layers/activations.
 */

import { booleanOption, checkOptionNames, numberOption, POSITIVE } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import * as ops from '../ops/index.ts';

/** A function from a node to a node: of the same shape, but for `glu`. */
export type ActivationFunction = (x: Node) => Node;

const { add, constant, mul, neg, sub } = ops;

/** x itself. */
export const linear: ActivationFunction = (x) => x;

/** 1 / (1 + e^-x). */
export const sigmoid: ActivationFunction = (x) => ops.sigmoid(x);

/** Hyperbolic tangent. */
export const tanh: ActivationFunction = (x) => ops.tanh(x);

/** x - tanh(x). */
export const tanhShrink: ActivationFunction = (x) => sub(x, ops.tanh(x));

/** log(1 + e^x) without overflow. */
export const softplus: ActivationFunction = (x) => ops.softplus(x);

/** log(sigmoid(x)) without overflow. */
export const logSigmoid: ActivationFunction = (x) => neg(softplus(neg(x)));

/** x / (1 + |x|). */
export const softsign: ActivationFunction = (x) => ops.softsign(x);

/** e^x. */
export const exponential: ActivationFunction = (x) => ops.exp(x);

/** x · sigmoid(x), also called swish. */
export const silu: ActivationFunction = (x) => mul(x, ops.sigmoid(x));

/** x · tanh(softplus(x)) (Misra 2019). */
export const mish: ActivationFunction = (x) => mul(x, ops.tanh(softplus(x)));

/**
 * x · P(X ≤ x) for a normally distributed X (Hendrycks & Gimpel 2016): x / 2 · (1 + erf(x / √2)), or with `approximate`
 * x / 2 · (1 + tanh(√(2 / π) · (x + 0.044715 x³))), which the first networks with it used.
 */
export function gelu(x: Node, options: { readonly approximate?: boolean } = {}): Node {
  checkOptionNames('gelu', options, ['approximate']);
  if (!booleanOption('gelu', 'approximate', options.approximate, false))
    return mul(mul(constant(0.5), x), add(constant(1), ops.erf(mul(x, constant(Math.SQRT1_2)))));
  // (1 + tanh u) / 2 is sigmoid(2u), which loses no digits below 0.
  const cubic = add(x, mul(constant(0.044715), ops.pow(x, 3)));
  return mul(x, ops.sigmoid(mul(constant(2 * Math.sqrt(2 / Math.PI)), cubic)));
}

/** (x + √(x² + b)) / 2, a relu with a round corner (Barron 2021); `b`, 4 unless given, says how round. */
export function squareplus(x: Node, options: { readonly b?: number } = {}): Node {
  checkOptionNames('squareplus', options, ['b']);
  const b = numberOption('squareplus', 'b', options.b, 4, POSITIVE);
  const root = ops.sqrt(add(ops.square(x), constant(b)));
  // Below 0 the sum would lose digits; this quotient is the same number.
  const below = ops.div(constant(b / 2), add(root, ops.abs(x)));
  return ops.where(ops.less(x, constant(0)), below, mul(constant(0.5), add(x, root)));
}

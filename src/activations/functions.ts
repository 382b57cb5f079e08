/**
 * @file Activation functions: graph to graph, by Keras' names. Kinks and ties have Keras' gradients.
 * Source: keras.io/api/layers/activations.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import * as ops from '../ops/index.ts';

/** A function from a node to a node of the same shape. */
export type ActivationFunction = (x: Node) => Node;

const { add, constant, exp, greater, greaterEqual, less, maximum, minimum, mul, neg, sub, where } = ops;

/** x itself. */
export const linear: ActivationFunction = (x) => x;

/** max(x, 0). */
export const relu: ActivationFunction = (x) => ops.relu(x);

/** 1 / (1 + e^-x). */
export const sigmoid: ActivationFunction = (x) => ops.sigmoid(x);

/** Hyperbolic tangent. */
export const tanh: ActivationFunction = (x) => ops.tanh(x);

/** e^x / Σ e^x over the last axis. Throws ShapeError for a value that has only the batch axis. */
export const softmax: ActivationFunction = (x) => ops.softmax(checkClassAxis('softmax', x));

/** x - log Σ e^x over the last axis. Throws ShapeError for a value that has only the batch axis. */
export const logSoftmax: ActivationFunction = (x) => {
  const top = ops.stopGradient(ops.max(checkClassAxis('logSoftmax', x), { axes: [-1], keepDims: true }));
  const shifted = sub(x, top);
  // The first maximum adds exactly 1 to Σ e^(x - top). The sum leaves it out and log1p adds it, so that small terms are
  // not rounded away.
  const first = ops.stopGradient(ops.oneHot(ops.argMax(x), x.shape.at(-1) as number));
  const rest = ops.sum(sub(exp(shifted), first), { axes: [-1], keepDims: true });
  return sub(shifted, ops.log1p(rest));
};

/** log(1 + e^x) without overflow. */
export const softplus: ActivationFunction = (x) => ops.softplus(x);

/** log(sigmoid(x)) without overflow. */
export const logSigmoid: ActivationFunction = (x) => neg(softplus(neg(x)));

/** x / (1 + |x|). */
export const softsign: ActivationFunction = (x) => ops.softsign(x);

/** e^x - 1 for x ≤ 0, else 0. It never overflows. */
function negativeExpm1(x: Node): Node {
  return ops.expm1(minimum(x, constant(0)));
}

/** x above 0, e^x - 1 below (Clevert et al. 2016, alpha 1). */
export const elu: ActivationFunction = (x) => where(greater(x, constant(0)), x, negativeExpm1(x));

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

/** Scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu: ActivationFunction = (x) =>
  where(
    greaterEqual(x, constant(0)),
    mul(constant(SELU_SCALE), x),
    mul(constant(SELU_SCALE * SELU_ALPHA), negativeExpm1(x)),
  );

/** e^x. */
export const exponential: ActivationFunction = (x) => exp(x);

/** x · sigmoid(x), also called swish. */
export const silu: ActivationFunction = (x) => mul(x, ops.sigmoid(x));

/** x above 0, 0.2 x below. */
export const leakyRelu: ActivationFunction = (x) => where(greater(x, constant(0)), x, mul(constant(0.2), x));

/** min(max(x, 0), 6). */
export const relu6: ActivationFunction = (x) => where(less(x, constant(6)), ops.relu(x), constant(6));

/** relu6(x + 3) / 6. */
export const hardSigmoid: ActivationFunction = (x) => mul(relu6(add(x, constant(3))), constant(1 / 6));

/** x · hardSigmoid(x), also called hardSwish. */
export const hardSilu: ActivationFunction = (x) => mul(x, hardSigmoid(x));

/** x · tanh(softplus(x)) (Misra 2019). */
export const mish: ActivationFunction = (x) => mul(x, ops.tanh(softplus(x)));

/** x clipped to -1 … 1. */
export const hardTanh: ActivationFunction = (x) => minimum(maximum(x, constant(-1)), constant(1));

function checkClassAxis(name: string, x: Node): Node {
  if (x.shape.length < 2) {
    throw new ShapeError(
      `${name} works along the last axis and needs at least one axis besides the batch, received ${formatShape(x.shape)}.`,
    );
  }
  return x;
}

/** @file Activation functions as operations (`keras.ops.silu`, …). */

import * as activations from '../activations/index.ts';
import type { Node } from '../graph/node.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import * as ops from '../ops/index.ts';
import { operand } from './arguments.ts';
import { alongAxis, NN, unary } from './kinds.ts';
import { type Operable, type OperationKind, operable } from './operation.ts';

/** 1 / (1 + e^(-x)) in three pieces: relu6(x + 3) / 6. */
export const hardSigmoid = unary('HardSigmoid', activations.hardSigmoid, NN);
/** x · hardSigmoid(x), also called hardSwish. */
export const hardSilu = unary('HardSilu', activations.hardSilu, NN);
/** x clipped to -1 … 1. */
export const hardTanh = unary('HardTanh', activations.hardTanh, NN);
/** log(sigmoid(x)) without overflow. */
export const logSigmoid = unary('LogSigmoid', activations.logSigmoid, NN);
/** min(max(x, 0), 6). */
export const relu6 = unary('Relu6', activations.relu6, NN);
/** Scaled elu that keeps mean 0 and variance 1 (Klambauer et al. 2017). */
export const selu = unary('Selu', activations.selu, NN);
/** x · sigmoid(x), also called swish. */
export const silu = unary('Silu', activations.silu, NN);

interface SlopeFunction {
  (x: Node, slope?: number): Node;
  (x: SymbolicTensor, slope?: number): SymbolicTensor;
}

/** An activation with one number: `fn` of the negative part. */
function withSlope(
  className: string,
  key: string,
  fallback: number,
  fn: (x: Node, slope: number) => Node,
): Operable<SlopeFunction> {
  const kind: OperationKind = {
    ...{ className, module: NN, parameters: ['x'], config: { [key]: fallback } },
    compute: ([x], config) => fn(operand(x), config[key] as number),
  };
  return operable<SlopeFunction>(
    kind,
    (x: Node, slope = fallback) => fn(x, slope),
    (x: never, slope = fallback) => ({ args: [x], config: { [key]: slope } }),
  );
}

const ZERO = ops.constant(0);

/** x above 0, `slope` · x below. Default slope 0.2. */
export const leakyRelu = withSlope('LeakyRelu', 'negative_slope', 0.2, (x, slope) =>
  ops.where(ops.greater(x, ZERO), x, ops.mul(ops.constant(slope), x)),
);

/** x above 0, `slope` · (e^x - 1) below (Clevert et al. 2016). Default slope 1. */
export const elu = withSlope('Elu', 'alpha', 1, (x, slope) =>
  ops.where(ops.greater(x, ZERO), x, ops.mul(ops.constant(slope), ops.expm1(ops.minimum(x, ZERO)))),
);

interface SoftmaxFunction {
  (x: Node, axis?: number): Node;
  (x: SymbolicTensor, axis?: number): SymbolicTensor;
}

function alongOneAxis(className: string, fn: (x: Node) => Node): Operable<SoftmaxFunction> {
  const kind: OperationKind = {
    ...{ className, module: NN, parameters: ['x'], config: { axis: -1 } },
    compute: ([x], { axis }) => alongAxis(operand(x), axis as number, fn),
  };
  return operable<SoftmaxFunction>(
    kind,
    (x: Node, axis = -1) => alongAxis(x, axis, fn),
    (x: never, axis = -1) => ({ args: [x], config: { axis } }),
  );
}

export const softmax = alongOneAxis('Softmax', ops.softmax);
/** x - log Σ e^x over the last axis, or over another one. */
export const logSoftmax = alongOneAxis('LogSoftmax', activations.logSoftmax);

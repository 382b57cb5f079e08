/** @file Element-wise operations: arithmetic, comparisons, functions of numbers. */

import { UnsupportedError } from '../base/errors.ts';
import type { Node } from '../graph/node.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import * as ops from '../ops/index.ts';
import { fixedNumber, operand, type Value } from './arguments.ts';
import { binary, comparison, MATH, NN, NUMPY, ofArguments, unary, unaryKind } from './kinds.ts';
import { type Operable, type OperationKind, operable } from './operation.ts';

export const abs = unary('Absolute', ops.abs);
export const ceil = unary('Ceil', ops.ceil);
export const cos = unary('Cos', ops.cos);
export const erf = unary('Erf', ops.erf, MATH);
export const exp = unary('Exp', ops.exp);
export const expm1 = unary('Expm1', ops.expm1);
export const floor = unary('Floor', ops.floor);
export const log = unary('Log', ops.log);
export const log1p = unary('Log1p', ops.log1p);
export const neg = unary('Negative', ops.neg);
/** 1 / x. Shape: as `x`. */
export const reciprocal = unary('Reciprocal', (x) => ops.div(ops.constant(1), x));
/** 1 / √x. Shape: as `x`. */
export const rsqrt = unary('Rsqrt', ops.rsqrt, MATH);
export const sign = unary('Sign', ops.sign);
export const sin = unary('Sin', ops.sin);
export const softplus = unary('Softplus', ops.softplus, NN);
export const softsign = unary('Softsign', ops.softsign, NN);
export const sqrt = unary('Sqrt', ops.sqrt);
export const square = unary('Square', ops.square);
export const tanh = unary('Tanh', ops.tanh);
export const relu = unary('Relu', ops.relu, NN);
export const sigmoid = unary('Sigmoid', ops.sigmoid, NN);

export const add = binary('Add', ops.add);
export const sub = binary('Subtract', ops.sub);
export const mul = binary('Multiply', ops.mul);
export const div = binary('Divide', ops.div);
export const maximum = binary('Maximum', ops.maximum);
export const minimum = binary('Minimum', ops.minimum);

export const equal = comparison('Equal', ops.equal);
export const notEqual = comparison('NotEqual', ops.notEqual);
export const greater = comparison('Greater', ops.greater);
export const greaterEqual = comparison('GreaterEqual', ops.greaterEqual);
export const less = comparison('Less', ops.less);
export const lessEqual = comparison('LessEqual', ops.lessEqual);
export const logicalAnd = comparison('LogicalAnd', ops.logicalAnd);
export const logicalOr = comparison('LogicalOr', ops.logicalOr);

const LOGICAL_NOT: OperationKind = { ...unaryKind('LogicalNot', ops.logicalNot), dtype: () => 'bool' };
export const logicalNot = operable<typeof neg>(LOGICAL_NOT, ops.logicalNot, (x: never) => ({ args: [x] }));

/** Keras' `x / y`; files have it. */
export const trueDivide = { Operation: binary('TrueDivide', ops.div).Operation };

const ROUND: OperationKind = {
  ...{ className: 'Round', module: NUMPY, parameters: ['x'], config: { decimals: 0 } },
  compute([x], { decimals }) {
    if (decimals === 0) return ops.round(operand(x));
    throw new UnsupportedError(`Round: only whole numbers are supported, received decimals=${decimals}.`);
  },
};
export const round = operable<typeof neg>(ROUND, ops.round, (x: never) => ({ args: [x] }));

interface PowFunction {
  (x: Node, exponent: number): Node;
  (x: SymbolicTensor, exponent: number): SymbolicTensor;
}
const POWER: OperationKind = {
  ...{ className: 'Power', module: NUMPY, parameters: ['x1', 'x2'], config: {} },
  compute: ([x, exponent]) => ops.pow(operand(x), fixedNumber('Power', 'the exponent', exponent)),
};
export const pow = operable<PowFunction>(POWER, ops.pow, (x: never, exponent: never) => ({
  args: [x, exponent],
}));

interface ClipFunction {
  (x: Node, low: number, high: number): Node;
  (x: SymbolicTensor, low: number, high: number): SymbolicTensor;
}
const CLIP: OperationKind = {
  ...{ className: 'Clip', module: NUMPY, parameters: ['x'], config: { x_min: null, x_max: null } },
  compute: ([x], { x_min: low, x_max: high }) =>
    ops.clip(operand(x), fixedNumber('Clip', 'x_min', low), fixedNumber('Clip', 'x_max', high)),
};
export const clip = operable<ClipFunction>(CLIP, ops.clip, (x: never, low: never, high: never) => ({
  args: [x],
  config: { x_min: low, x_max: high },
}));

interface WhereFunction {
  (condition: Node | Value, a: Node | Value, b: Node | Value): Node;
  (condition: SymbolicTensor | Value, a: SymbolicTensor | Value, b: SymbolicTensor | Value): SymbolicTensor;
}
const WHERE: OperationKind = {
  ...{ className: 'Where', module: NUMPY, parameters: ['condition', 'x1', 'x2'], config: {} },
  compute: ([condition, a, b]) => ops.where(operand(condition), operand(a), operand(b)),
};
export const where: Operable<WhereFunction> = ofArguments<WhereFunction>(WHERE);

/** @file The common forms of operations: of one tensor, of two, along axes. */

import type { Config, ConfigValue } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import type { ReduceOptions } from '../ops/reduce.ts';
import { operand, type Value } from './arguments.ts';
import { type Operable, type OperationKind, operable } from './operation.ts';

export const NUMPY = 'keras.src.ops.numpy';
export const NN = 'keras.src.ops.nn';
export const MATH = 'keras.src.ops.math';
export const CORE = 'keras.src.ops.core';

/** Of one tensor. */
export interface UnaryFunction {
  (x: Node): Node;
  (x: SymbolicTensor): SymbolicTensor;
}

/** Of two tensors; numbers and Tensors are constants. */
export interface BinaryFunction {
  (a: Node | Value, b: Node | Value): Node;
  (a: SymbolicTensor | Value, b: SymbolicTensor | Value): SymbolicTensor;
}

/** Of one tensor, along axes. */
export interface ReductionFunction {
  (x: Node, options?: ReduceOptions): Node;
  (x: SymbolicTensor, options?: ReduceOptions): SymbolicTensor;
}

export function unaryKind(className: string, fn: (x: Node) => Node, module = NUMPY): OperationKind {
  return { className, module, parameters: ['x'], config: {}, compute: ([x]) => fn(operand(x)) };
}

export function unary(className: string, fn: (x: Node) => Node, module = NUMPY): Operable<UnaryFunction> {
  return operable(unaryKind(className, fn, module), fn, (x: never) => ({ args: [x] }));
}

export function binaryKind(className: string, fn: (a: Node, b: Node) => Node): OperationKind {
  const compute = ([a, b]: readonly unknown[]) => fn(operand(a), operand(b));
  return { className, module: NUMPY, parameters: ['x1', 'x2'], config: {}, compute };
}

/** The function of a kind without options: its arguments are the operation's. */
export function ofArguments<F>(kind: OperationKind): Operable<F> {
  return operable<F>(
    kind,
    (...args: never[]) => kind.compute(args, {}),
    (...args: never[]) => ({ args }),
  );
}

export function binary(className: string, fn: (a: Node, b: Node) => Node): Operable<BinaryFunction> {
  return ofArguments(binaryKind(className, fn));
}

/** Like `binary`; the result is 1 where it is true, else 0. */
export function comparison(className: string, fn: (a: Node, b: Node) => Node): Operable<BinaryFunction> {
  return ofArguments({ ...binaryKind(className, fn), dtype: () => 'bool' });
}

/** The options of a reduction from Keras' `axis` and `keepdims`. */
export function reduceOptions({ axis, keepdims }: Config): ReduceOptions {
  const axes = axis === null ? {} : { axes: [axis].flat() as number[] };
  return { ...axes, keepDims: keepdims === true };
}

type Reduce = (x: Node, options?: ReduceOptions) => Node;

/** Throws ValueError for unknown options, and for axes that are no list. */
function checkReduceOptions(className: string, options: ReduceOptions): void {
  checkOptionNames(className, options, ['axes', 'keepDims']);
  const { axes = [] } = options;
  if (Array.isArray(axes) && axes.every(Number.isSafeInteger)) return;
  throw new ValueError(`${className}: axes is a list of whole numbers, received ${describeValue(axes)}.`);
}

export function reduction(
  className: string,
  fn: Reduce,
  config: Config = {},
  check: (config: Config) => void = () => {},
): Operable<ReductionFunction> {
  const kind: OperationKind = {
    className,
    module: NUMPY,
    parameters: ['x'],
    config: { axis: null, keepdims: false, ...config },
    compute([x], own) {
      check(own);
      return fn(operand(x), reduceOptions(own));
    },
  };
  const direct: Reduce = (x, options = {}) => {
    checkReduceOptions(className, options);
    return fn(x, options);
  };
  return operable(kind, direct, (x: never, options: ReduceOptions = {}) => {
    checkReduceOptions(className, options);
    const { axes = null, keepDims = false } = options;
    return { args: [x], config: { axis: axes as ConfigValue, keepdims: keepDims } };
  });
}

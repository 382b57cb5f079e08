/** @file Operations that change how numbers are arranged, and products of matrices. */

import type { Config, ConfigValue } from '../base/config.ts';
import { ShapeError, UnsupportedError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { type Dim, formatShape, isBatched, type Shape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import * as ops from '../ops/index.ts';
import { operand, operands, type Value } from './arguments.ts';
import { CORE, NUMPY, ofArguments, unary } from './kinds.ts';
import { type Operable, type OperationKind, operable, operationClass } from './operation.ts';

/** A kind of one tensor `x`. */
function shapeKind(
  className: string,
  config: Config,
  change: (x: Node, config: Config) => Node,
): OperationKind {
  const compute = ([x]: readonly unknown[], own: Config) => change(operand(x), own);
  return { className, module: NUMPY, parameters: ['x'], config, compute };
}

/** A kind of a list of tensors. */
function listKind(className: string, join: (values: readonly Node[], axis: number) => Node): OperationKind {
  const compute = ([values]: readonly unknown[], { axis }: Config) => join(operands(values), axis as number);
  return { className, module: NUMPY, parameters: ['xs'], config: { axis: 0 }, compute };
}

/** A function of a tensor and something that is written as the option `key`. */
interface WithOption<T> {
  (x: Node, option: T): Node;
  (x: SymbolicTensor, option: T): SymbolicTensor;
}

function ofOption<T>(
  kind: OperationKind,
  key: string,
  direct: (x: Node, option: T) => Node,
  toConfig: (option: T) => ConfigValue = (option) => option as ConfigValue,
): Operable<WithOption<T>> {
  return operable<WithOption<T>>(kind, direct as never, (x: never, option: T) => ({
    args: [x],
    config: { [key]: toConfig(option) },
  }));
}

/** The shape that `wanted` means for `x`: -1 is the batch where there is one, else the extent that is left. */
function resolveShape({ shape }: Node, wanted: readonly number[]): Shape {
  const isOpen = (dim: Dim) => dim === null || dim === -1;
  if (isBatched(shape)) return wanted.map((dim, axis) => (axis === 0 && isOpen(dim) ? null : dim));
  const known = sizeOf(wanted.filter((dim) => !isOpen(dim)));
  return wanted.map((dim) => (isOpen(dim) ? sizeOf(shape as readonly number[]) / known : dim));
}

const RESHAPE = shapeKind('Reshape', { newshape: [] }, (x, { newshape }) =>
  ops.reshape(x, resolveShape(x, newshape as readonly number[])),
);
export const reshape = ofOption<Shape>(RESHAPE, 'newshape', ops.reshape, (shape) =>
  shape.map((dim) => dim ?? -1),
);

const TRANSPOSE = shapeKind('Transpose', { axes: null }, (x, { axes }) =>
  ops.transpose(x, (axes as readonly number[] | null) ?? x.shape.map((_, i) => x.shape.length - 1 - i)),
);
export const transpose = ofOption<readonly number[]>(TRANSPOSE, 'axes', ops.transpose);

function axisFrom(name: string, rank: number, axis: number): number {
  const own = axis < 0 ? axis + rank : axis;
  if (Number.isInteger(own) && own >= 0 && own < rank) return own;
  throw new ShapeError(`${name}: there is no axis ${describeValue(axis)} among ${rank}.`);
}

function expand(x: Node, axis: number): Node {
  const at = axisFrom('expandDims', x.shape.length + 1, axis);
  return ops.reshape(x, [...x.shape.slice(0, at), 1, ...x.shape.slice(at)]);
}

/** `x` with a new axis of extent 1 at `axis`, which counts in the result; below 0 from its end. */
export const expandDims = ofOption<number>(
  shapeKind('ExpandDims', { axis: null }, (x, { axis }) => expand(x, axis as number)),
  'axis',
  expand,
);

function withoutAxes(x: Node, given: number | readonly number[] | null): Node {
  const all = x.shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []));
  const axes = given === null ? all : [given].flat().map((axis) => axisFrom('squeeze', x.shape.length, axis));
  if (axes.every((axis) => all.includes(axis))) {
    return ops.reshape(
      x,
      x.shape.filter((_, axis) => !axes.includes(axis)),
    );
  }
  throw new ShapeError(
    `squeeze: axes [${axes.join(', ')}] of ${formatShape(x.shape)} are not all of extent 1.`,
  );
}

/** `x` without axes of extent 1: the given one or ones, or with null all of them. Throws ShapeError for other extents. */
export const squeeze = ofOption<number | readonly number[] | null>(
  shapeKind('Squeeze', { axis: null }, (x, { axis }) => withoutAxes(x, axis as number | null)),
  'axis',
  withoutAxes,
);

/** `x` with axis `from` moved to the place `to`. */
function move(x: Node, from: number, to: number): Node {
  const rank = x.shape.length;
  const source = axisFrom('moveaxis', rank, from);
  const perm = x.shape.map((_, axis) => axis).filter((axis) => axis !== source);
  perm.splice(axisFrom('moveaxis', rank, to), 0, source);
  return ops.transpose(x, perm);
}

/** Operations of files that programs write by `transpose`. */
export const moveaxis = {
  Operation: operationClass(
    shapeKind('Moveaxis', { source: null, destination: null }, (x, { source, destination }) => {
      if (typeof source === 'number' && typeof destination === 'number') return move(x, source, destination);
      throw new UnsupportedError('Moveaxis: only one axis is supported; use Transpose.');
    }),
  ),
};
export const swapaxes = {
  Operation: operationClass(
    shapeKind('Swapaxes', { axis1: null, axis2: null }, (x, { axis1, axis2 }) => {
      const rank = x.shape.length;
      const [a, b] = [axis1, axis2].map((axis) => axisFrom('swapaxes', rank, axis as number)) as [
        number,
        number,
      ];
      return ops.transpose(
        x,
        x.shape.map((_, axis) => (axis === a ? b : axis === b ? a : axis)),
      );
    }),
  ),
};

interface JoinFunction {
  (values: readonly Node[], axis?: number): Node;
  (values: readonly (SymbolicTensor | Value)[], axis?: number): SymbolicTensor;
}

function joining(
  className: string,
  fallback: number,
  join: (values: readonly Node[], axis: number) => Node,
): Operable<JoinFunction> {
  return operable<JoinFunction>(
    listKind(className, join),
    (values: readonly Node[], axis = fallback) => join(values, axis),
    (values: never, axis = fallback) => ({ args: [values], config: { axis } }),
  );
}

export const concatenate = joining('Concatenate', -1, ops.concatenate);

/** `values`, all of one shape, beside each other along a new axis: at `axis` of the result, by default the last. */
export const stack = joining('Stack', -1, (values, axis) =>
  ops.concatenate(
    values.map((value) => expand(value, axis)),
    axis,
  ),
);

interface MatmulFunction {
  (x: Node, weights: Node | Value): Node;
  (x: SymbolicTensor, weights: SymbolicTensor | Value): SymbolicTensor;
}
const MATMUL: OperationKind = {
  ...{ className: 'Matmul', module: NUMPY, parameters: ['x1', 'x2'], config: {} },
  compute: ([x, weights]) => ops.matmul(operand(x), operand(weights)),
};
export const matmul = ofArguments<MatmulFunction>(MATMUL);

export const stopGradient = unary('StopGradient', ops.stopGradient, CORE);

/** Changes of type in files. */
export const cast = {
  Operation: operationClass({
    ...{ className: 'Cast', module: CORE, parameters: ['x'], config: { dtype: 'float32' } },
    dtype: ({ dtype }) => (dtype === 'bool' ? 'bool' : 'float32'),
    compute([x], { dtype }) {
      if (dtype === 'float32') return operand(x);
      if (dtype === 'bool') return ops.notEqual(operand(x), ops.constant(0));
      throw new UnsupportedError(
        `Cast: only float32 and bool are supported, received ${describeValue(dtype)}.`,
      );
    },
  }),
};

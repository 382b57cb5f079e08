/** @file Sums and maxima over axes. Over the batch axis a sum accumulates across samples and its result is whole. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sameShape, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Cells, MapPart, Op, ReferenceTensor } from '../graph/op.ts';
import { reduceKernel } from '../kernels/reduce.ts';
import { broadcastIndices } from './define.ts';
import { broadcastTo } from './elementwise/broadcast-to.ts';
import { div } from './elementwise/div.ts';
import { equal } from './elementwise/equal.ts';
import { mul } from './elementwise/mul.ts';
import { neg } from './elementwise/neg.ts';
import { constant, inverseBatchSize } from './leaf.ts';
import { reshape } from './reshape.ts';

export interface ReduceAttributes {
  /** Sorted, without repeats, non-negative. */
  readonly axes: readonly number[];
  readonly keepDims: boolean;
}

export interface ReduceOptions {
  /** Negative axes count from the end; all axes when left out. */
  readonly axes?: readonly number[];
  /** Keep reduced axes with extent 1. */
  readonly keepDims?: boolean;
}

function keptShape(shape: Shape, axes: readonly number[]): Shape {
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}

function inferReduction([x]: readonly Shape[], { axes, keepDims }: ReduceAttributes): Shape {
  return keepDims ? keptShape(x!, axes) : x!.filter((_, axis) => !axes.includes(axis));
}

function referenceReduction(
  [x]: readonly ReferenceTensor[],
  axes: readonly number[],
  start: number,
  combine: (a: number, b: number) => number,
): Float64Array {
  const kept = keptShape(x!.shape, axes) as readonly number[];
  const dst = new Float64Array(sizeOf(kept)).fill(start);
  const indices = broadcastIndices(kept, x!.shape);
  for (let i = 0; i < x!.data.length; i++) dst[indices[i]!] = combine(dst[indices[i]!]!, x!.data[i]!);
  return dst;
}

/** `value`, a reduction's result, repeated to the shape of the reduction's input. */
function spread(value: Node, reduced: Node, axes: readonly number[]): Node {
  return broadcastTo(reshape(value, keptShape(reduced.shape, axes)), reduced.shape);
}

/** True when a batch is summed over all axes but the last. */
function keepsChannels({ inputs, attrs }: Node<ReduceAttributes>): boolean {
  const { shape } = inputs[0]!;
  return isBatched(shape) && attrs.axes.length === shape.length - 1 && !attrs.axes.includes(shape.length - 1);
}

/** Of a reduction of channels, which leaves rows and columns: the same ones. */
function channelCells({ attrs }: Node<ReduceAttributes>, { cells }: MapPart): Cells | null {
  return attrs.axes.every((axis) => axis > 2) ? cells : null;
}

export const sumOp: Op<ReduceAttributes> = {
  name: 'sum',
  infer: inferReduction,
  gradient: (node, dy) => [spread(dy, node.inputs[0]!, node.attrs.axes)],
  reference: (inputs, { axes }) => referenceReduction(inputs, axes, 0, (a, b) => a + b),
  lowering: {
    kind: 'kernel',
    accumulates: (node) => isBatched(node.inputs[0]!.shape) && node.attrs.axes.includes(0),
    alongside: (node) => (keepsChannels(node) ? { kind: 'sum' } : null),
    lower: ({ node, target }) =>
      reduceKernel({ kind: 'sum', shape: node.inputs[0]!.shape, axes: node.attrs.axes, target }),
  },
  reads: channelCells,
};

export const maxOp: Op<ReduceAttributes> = {
  name: 'max',
  infer(inputs, attrs) {
    if (isBatched(inputs[0]!) && attrs.axes.includes(0)) {
      throw new ShapeError(
        `max over the batch axis of ${formatShape(inputs[0]!)} is not defined; name other axes.`,
      );
    }
    return inferReduction(inputs, attrs);
  },
  // Equal maxima share the gradient, as in TensorFlow's reduce_max.
  gradient: (node, dy) => {
    const x = node.inputs[0]!;
    const winners = equal(x, spread(node, x, node.attrs.axes));
    const share = div(dy, reshape(sum(winners, { axes: node.attrs.axes, keepDims: true }), dy.shape));
    return [mul(winners, spread(share, x, node.attrs.axes))];
  },
  reference: (inputs, { axes }) => referenceReduction(inputs, axes, Number.NEGATIVE_INFINITY, Math.max),
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) =>
      reduceKernel({ kind: 'max', shape: node.inputs[0]!.shape, axes: node.attrs.axes, target }),
  },
  reads: channelCells,
};

function resolveAxes(name: string, x: Node, axes: readonly number[] | undefined): number[] {
  const rank = x.shape.length;
  const resolved = (axes ?? x.shape.map((_, axis) => axis)).map((axis) => (axis < 0 ? axis + rank : axis));
  for (const axis of resolved) {
    if (!Number.isInteger(axis) || axis < 0 || axis >= rank) {
      throw new ShapeError(`${name}: axes ${JSON.stringify(axes)} are not axes of ${formatShape(x.shape)}.`);
    }
  }
  return [...new Set(resolved)].sort((a, b) => a - b);
}

/** Sum over `axes`. A batched `x` summed over axis 0 gives a whole value: the sum over all samples of the step. */
export function sum(x: Node, options: ReduceOptions = {}): Node {
  const axes = resolveAxes('sum', x, options.axes);
  return axes.length === 0 ? x : apply(sumOp, [x], { axes, keepDims: options.keepDims ?? false });
}

/** Maximum over `axes`, which must not include the batch axis of a batched `x` (ShapeError). */
export function max(x: Node, options: ReduceOptions = {}): Node {
  const axes = resolveAxes('max', x, options.axes);
  return axes.length === 0 ? x : apply(maxOp, [x], { axes, keepDims: options.keepDims ?? false });
}

/** Minimum over `axes`, which must not include the batch axis of a batched `x` (ShapeError). */
export function min(x: Node, options: ReduceOptions = {}): Node {
  return neg(max(neg(x), options));
}

/** Mean over `axes`; over the batch axis, the mean over all samples of the step. */
export function mean(x: Node, options: ReduceOptions = {}): Node {
  const axes = resolveAxes('mean', x, options.axes);
  const overBatch = isBatched(x.shape) && axes.includes(0);
  const count = axes.reduce((product, axis) => product * (x.shape[axis] ?? 1), 1);
  const total = mul(sum(x, options), constant(1 / count));
  return overBatch ? mul(total, inverseBatchSize()) : total;
}

/** Undoes broadcasting: `x` summed over the axes along which `shape` was repeated to `x`'s shape. */
export function sumToShape(x: Node, shape: Shape): Node {
  if (sameShape(x.shape, shape)) return x;
  const added = x.shape.length - shape.length;
  const axes = x.shape.flatMap((dim, axis) =>
    axis < added || (shape[axis - added] === 1 && dim !== 1) ? [axis] : [],
  );
  const summed = axes.length === 0 ? x : sum(x, { axes, keepDims: true });
  return reshape(summed, shape);
}

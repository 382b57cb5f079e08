/** @file Activation functions that work along an axis. Source: keras.io/api/layers/activations. */

import { ShapeError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { ownAxis } from '../ops/axis-blocks.ts';
import * as ops from '../ops/index.ts';

const { constant, mul, reshape, stopGradient, sub, sum } = ops;

/** The axis of an activation function. */
export interface AxisOptions {
  /** The last one, -1, unless given; negative ones count from the end. */
  readonly axis?: number;
}

/** The axes of `x` that are meant, from 0 up. Throws ShapeError for what is no axis, or the batch's. */
function ownAxes(name: string, x: Node, axis: number | readonly number[]): readonly number[] {
  const list = Array.isArray(axis) ? (axis as readonly number[]) : [axis as number];
  const own = [...new Set(list.map((each) => ownAxis(name, x.shape, each)))].sort((a, b) => a - b);
  if (own.length > 0) return own;
  throw new ShapeError(`${name}: expected an axis or a list of axes, received ${describeValue(axis)}.`);
}

/** `body` of `x` with `axis` (several as one) as the last axis, which keeps its extent; then everything back in place. */
function alongLast(name: string, x: Node, axis: number | readonly number[], body: (x: Node) => Node): Node {
  const axes = ownAxes(name, x, axis);
  const rank = x.shape.length;
  if (axes.length === 1 && axes[0] === rank - 1) return body(x);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const order = [...others, ...axes];
  const turned = ops.transpose(x, order);
  const rows = [...others.map((i) => x.shape[i]!), sizeOf(axes.map((i) => x.shape[i]!))];
  const back = order.map((_, i) => order.indexOf(i));
  return ops.transpose(reshape(body(reshape(turned, rows)), turned.shape), back);
}

/**
 * e^x / Σ e^x over the last axis, or over `axis`, which may be several. Throws ShapeError for the axis of the batch, and
 * what is no axis.
 */
export function softmax(x: Node, options: { readonly axis?: number | readonly number[] } = {}): Node {
  checkOptionNames('softmax', options, ['axis']);
  return alongLast('softmax', x, options.axis ?? -1, ops.softmax);
}

/** x - log Σ e^x over the last axis, or `axis`. Throws ShapeError for the axis of the batch, and what is no axis. */
export function logSoftmax(x: Node, options: AxisOptions = {}): Node {
  checkOptionNames('logSoftmax', options, ['axis']);
  return alongLast('logSoftmax', x, options.axis ?? -1, logSoftmaxOfRows);
}

function logSoftmaxOfRows(x: Node): Node {
  const top = stopGradient(ops.max(x, { axes: [-1], keepDims: true }));
  const shifted = sub(x, top);
  // The first maximum adds exactly 1 to Σ e^(x - top). The sum leaves it out and log1p adds it, so that small terms are
  // not rounded away.
  const first = stopGradient(ops.oneHot(ops.argMax(x), x.shape.at(-1) as number));
  const rest = sum(sub(ops.exp(shifted), first), { axes: [-1], keepDims: true });
  return sub(shifted, ops.log1p(rest));
}

/**
 * max(x - τ, 0) with Keras' τ: of the numbers of a row in falling order, the k first ones with x > (Σ up to x - 1) / place
 * count, and τ = (Σ of their k running sums - 1) / k. Where k is 1 that is the sparsemax of Martins & Astudillo (2016);
 * above, theirs has the last running sum alone, so Keras' rows do not add up to 1. Along the last axis, or `axis`; memory
 * grows with the square of its extent. Throws ShapeError for the axis of the batch, and what is no axis.
 */
export function sparsemax(x: Node, options: AxisOptions = {}): Node {
  checkOptionNames('sparsemax', options, ['axis']);
  return alongLast('sparsemax', x, options.axis ?? -1, sparsemaxOfRows);
}

function sparsemaxOfRows(x: Node): Node {
  const width = x.shape.at(-1) as number;
  const lead = x.shape.slice(0, -1);
  // Which numbers count does not change when all are moved, and near 0 no digits are lost.
  const fixed = stopGradient(sub(x, ops.max(x, { axes: [-1], keepDims: true })));
  const [rows, columns] = [reshape(fixed, [...lead, 1, width]), reshape(fixed, [...lead, width, 1])];
  // ahead[i, j]: number j stands at or before number i in falling order; equal ones keep their order.
  const values = Array.from({ length: width }, (_, i) => i);
  const [j, i] = [constant({ values, shape: [1, width] }), constant({ values, shape: [width, 1] })];
  const tie = mul(ops.equal(rows, columns), ops.lessEqual(j, i));
  const ahead = ops.add(ops.greater(rows, columns), tie);
  const running = sum(mul(ahead, rows), { axes: [-1] });
  const place = sum(ahead, { axes: [-1] });
  const counts = stopGradient(
    ops.greater(sub(fixed, ops.div(sub(running, constant(1)), place)), constant(0)),
  );
  const times = stopGradient(sum(mul(ahead, reshape(counts, columns.shape)), { axes: [-2] }));
  const total = (values: Node) => sum(values, { axes: [-1], keepDims: true });
  const level = ops.div(sub(total(mul(x, times)), constant(1)), total(counts));
  return ops.maximum(sub(x, level), constant(0));
}

/**
 * The first half of x along the last axis, or `axis`, times the sigmoid of the second half (Dauphin et al. 2017): the
 * axis' extent is halved. Throws ShapeError when it is odd, for the axis of the batch, and what is no axis.
 */
export function glu(x: Node, options: AxisOptions = {}): Node {
  checkOptionNames('glu', options, ['axis']);
  const axis = ownAxis('glu', x.shape, options.axis ?? -1);
  const extent = x.shape[axis] as number;
  if (extent % 2 !== 0) {
    throw new ShapeError(`glu: the extent of axis ${axis} must be even, received ${formatShape(x.shape)}.`);
  }
  const half = (start: number) =>
    ops.slice(
      x,
      x.shape.map((_, i) => (i === axis ? start : 0)),
      x.shape.map((_, i) => (i === axis ? extent / 2 : null)),
    );
  return mul(half(0), ops.sigmoid(half(extent / 2)));
}

/**
 * @file matmul: rows of x times a weight matrix, the work of a dense layer; the same with the transposed matrix, and the
 * matrix's gradient.
 *
 * All axes of x but the last are rows: x [..., ic] · weights [ic, oc] → [..., oc].
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, sampleShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Cells, Op } from '../graph/op.ts';
import { FLOAT_BYTES } from '../kernels/ir.ts';
import { matmulKernel, matmulWeightsGradientKernel } from '../kernels/matmul.ts';
import { matmulTransposedKernel } from '../kernels/matmul-transposed.ts';
import { constantOp } from './leaf.ts';
import { transpose } from './transpose.ts';

/**
 * From this size on a transposed copy of the weights costs more than sums along the lanes do: the copy no longer fits
 * into the caches.
 */
const LARGE_BYTES = 2 ** 20;

function bytesOf(weights: Node): number {
  return sampleSize(weights.shape) * FLOAT_BYTES;
}

export const matmulOp: Op<null> = {
  name: 'matmul',
  infer([x, weights]) {
    if (x!.length < 1 || weights!.length !== 2 || isBatched(weights!) || x!.at(-1) !== weights![0]) {
      throw new ShapeError(
        `matmul: ${formatShape(x!)} and ${formatShape(weights!)} do not fit. ` +
          'The last extent of the first must be the first extent of the second, a matrix without a batch.',
      );
    }
    return [...x!.slice(0, -1), weights![1]!];
  },
  gradient: ({ inputs: [x, weights] }, dy) => [inputGradient(dy, weights!), matmulWeightsGradient(x!, dy)],
  reference([x, weights]) {
    const [ic, oc] = weights!.shape as [number, number];
    const rows = x!.data.length / ic;
    const dst = new Float64Array(rows * oc);
    for (let row = 0; row < rows; row++) {
      for (let o = 0; o < oc; o++) {
        let total = 0;
        for (let i = 0; i < ic; i++) total += x!.data[row * ic + i]! * weights!.data[i * oc + o]!;
        dst[row * oc + o] = total;
      }
    }
    return dst;
  },
  lowering: {
    kind: 'kernel',
    fusible: 'epilogue',
    streams: (node) => bytesOf(node.inputs[1]!),
    lower: ({ node, target, epilogue }) => {
      const [ic, oc] = node.inputs[1]!.shape as readonly [number, number];
      const rows = sampleSize(node.inputs[0]!.shape) / ic;
      const batched = isBatched(node.shape);
      // One column lies in memory like one row, and sums along the lanes leave none of them empty.
      if (oc === 1) return matmulTransposedKernel({ rows, ic: 1, oc: ic, target, epilogue, batched });
      return matmulKernel({ rows, ic, oc, target, epilogue, batched });
    },
  },
  readsAlong: ({ inputs: [x, weights] }, { from, to, axis, input }) => {
    if (input !== 0) return null;
    if (axis < x!.shape.length - 1) return { from, to, axis };
    return weights!.op === constantOp ? { ...usedRows(weights!, from, to), axis } : null;
  },
};

/** The rows of constant weights [ic, oc] in which one of the columns `from` … `to` has more than zeros; the nearest column's. */
function usedRows(weights: Node, from: number, to: number): Cells {
  const { values } = weights.attrs as { readonly values: readonly number[] };
  const [ic, oc] = weights.shape as readonly [number, number];
  const first = Math.max(0, Math.min(from, oc - 1));
  const columns = Math.max(first + 1, Math.min(to, oc)) - first;
  const isUsed = Array.from({ length: ic }, (_, row) =>
    values.slice(row * oc + first, row * oc + first + columns).some((value) => value !== 0),
  );
  return { from: Math.max(0, isUsed.indexOf(true)), to: isUsed.lastIndexOf(true) + 1 };
}

export const matmulTransposedOp: Op<null> = {
  name: 'matmulTransposed',
  infer([dy, weights]) {
    if (dy!.length < 1 || weights!.length !== 2 || isBatched(weights!) || dy!.at(-1) !== weights![1]) {
      throw new ShapeError(
        `matmulTransposed: ${formatShape(dy!)} and ${formatShape(weights!)} do not fit. ` +
          'The last extents must be the same, and the second must be a matrix without a batch.',
      );
    }
    return [...dy!.slice(0, -1), weights![0]!];
  },
  gradient: (node, gradient) => {
    const [dy, weights] = node.inputs as [Node, Node];
    return [matmul(gradient, weights), matmulWeightsGradient(gradient, dy)];
  },
  reference([dy, weights]) {
    const [ic, oc] = weights!.shape as [number, number];
    const rows = dy!.data.length / oc;
    const dst = new Float64Array(rows * ic);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < ic; i++) {
        let total = 0;
        for (let o = 0; o < oc; o++) total += dy!.data[row * oc + o]! * weights!.data[i * oc + o]!;
        dst[row * ic + i] = total;
      }
    }
    return dst;
  },
  lowering: {
    kind: 'kernel',
    streams: (node) => bytesOf(node.inputs[1]!),
    lower: ({ node, target }) => {
      const [ic, oc] = node.inputs[1]!.shape as readonly [number, number];
      const rows = sampleSize(node.inputs[0]!.shape) / oc;
      return matmulTransposedKernel({ rows, ic, oc, target, batched: isBatched(node.shape) });
    },
  },
};

export const matmulWeightsGradientOp: Op<null> = {
  name: 'matmulWeightsGradient',
  infer: ([x, dy]) => [x!.at(-1)!, dy!.at(-1)!],
  gradient: ({ inputs: [x, dy] }, gradient) => [inputGradient(dy!, gradient), matmul(x!, gradient)],
  reference([x, dy], _attrs, [ic, oc]) {
    const rows = x!.data.length / ic!;
    const dst = new Float64Array(ic! * oc!);
    for (let row = 0; row < rows; row++) {
      for (let i = 0; i < ic!; i++) {
        for (let o = 0; o < oc!; o++) dst[i * oc! + o]! += x!.data[row * ic! + i]! * dy!.data[row * oc! + o]!;
      }
    }
    return dst;
  },
  lowering: {
    kind: 'kernel',
    accumulates: (node) => isBatched(node.inputs[0]!.shape),
    streams: bytesOf,
    lower: ({ node, target }) => {
      const [ic, oc] = sampleShape(node.shape) as [number, number];
      const rows = sampleSize(node.inputs[0]!.shape) / ic;
      return matmulWeightsGradientKernel({ rows, ic, oc, target, batched: isBatched(node.inputs[0]!.shape) });
    },
  },
};

/** x [..., ic] · weights [ic, oc] → [..., oc]. Throws ShapeError when they do not fit. */
export function matmul(x: Node, weights: Node): Node {
  return apply(matmulOp, [x, weights], null);
}

/** dy [..., oc] · transposed weights [ic, oc] → [..., ic]. Throws ShapeError when they do not fit. */
export function matmulTransposed(dy: Node, weights: Node): Node {
  return apply(matmulTransposedOp, [dy, weights], null);
}

function inputGradient(dy: Node, weights: Node): Node {
  return bytesOf(weights) < LARGE_BYTES
    ? matmul(dy, transpose(weights, [1, 0]))
    : matmulTransposed(dy, weights);
}

/** Σ over rows of xᵀ·dy: the gradient of a matmul's weights, [ic, oc], summed over the batch. */
function matmulWeightsGradient(x: Node, dy: Node): Node {
  return apply(matmulWeightsGradientOp, [x, dy], null);
}

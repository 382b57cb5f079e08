/**
 * @file matmul: rows of x times a weight matrix, the work of a dense layer, and its weight gradient.
 *
 * All axes of x but the last are rows: x [..., ic] · weights [ic, oc] → [..., oc].
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, sampleShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { matmulKernel, matmulWeightsGradientKernel } from '../kernels/matmul.ts';
import { transpose } from './transpose.ts';

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
  gradient: (node, dy) => {
    const [x, weights] = node.inputs as [Node, Node];
    return [matmul(dy, transpose(weights, [1, 0])), matmulWeightsGradient(x, dy)];
  },
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
    lower: ({ node, target, epilogue }) => {
      const [ic, oc] = node.inputs[1]!.shape as readonly [number, number];
      const rows = sampleSize(node.inputs[0]!.shape) / ic;
      return matmulKernel({ rows, ic, oc, target, epilogue, batched: isBatched(node.shape) });
    },
  },
};

export const matmulWeightsGradientOp: Op<null> = {
  name: 'matmulWeightsGradient',
  infer: ([x, dy]) => [x!.at(-1)!, dy!.at(-1)!],
  gradient: 'none',
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

/** Σ over rows of xᵀ·dy: the gradient of a matmul's weights, [ic, oc], summed over the batch. */
function matmulWeightsGradient(x: Node, dy: Node): Node {
  return apply(matmulWeightsGradientOp, [x, dy], null);
}

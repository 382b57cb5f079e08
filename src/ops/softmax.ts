/** @file softmax over the last axis, and the cross-entropy of softmax in one stable step. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, sameShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { softmaxCrossEntropyKernel, softmaxKernel } from '../kernels/softmax.ts';
import { checkLastAxis } from './define.ts';
import { mul } from './elementwise/mul.ts';
import { sub } from './elementwise/sub.ts';
import { sum } from './reduce.ts';
import { reshape } from './reshape.ts';

/** Calls `visit` with the start of each row of length `width`. */
function visitRows(size: number, width: number, visit: (start: number, row: number) => void): void {
  for (let row = 0; row * width < size; row++) visit(row * width, row);
}

/** Σ e^(x - max) and max of one row. */
function rowSums(x: Float64Array, start: number, width: number): { total: number; top: number } {
  let top = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < width; i++) top = Math.max(top, x[start + i]!);
  let total = 0;
  for (let i = 0; i < width; i++) total += Math.exp(x[start + i]! - top);
  return { total, top };
}

export const softmaxOp: Op<null> = {
  name: 'softmax',
  infer([x]) {
    checkLastAxis('softmax', x!);
    return x!;
  },
  gradient: (node, dy) => {
    const weighted = sum(mul(dy, node), { axes: [-1], keepDims: true });
    return [mul(node, sub(dy, weighted))];
  },
  reference([x], _attrs, shape) {
    const width = shape.at(-1)!;
    const dst = new Float64Array(x!.data.length);
    visitRows(dst.length, width, (start) => {
      const { total, top } = rowSums(x!.data, start, width);
      for (let i = 0; i < width; i++) dst[start + i] = Math.exp(x!.data[start + i]! - top) / total;
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const width = node.shape.at(-1)!;
      return softmaxKernel({ rows: sampleSize(node.shape) / width, width, target, shape: node.shape });
    },
  },
  reads: ({ shape }, { cells, axis }) => (axis < shape.length - 1 ? cells : null),
};

/** Inputs: labels and logits [..., classes] → [...]: -Σ labels · log softmax(logits). */
export const softmaxCrossEntropyOp: Op<null> = {
  name: 'softmaxCrossEntropy',
  infer([labels, logits]) {
    checkLastAxis('softmaxCrossEntropy', logits!);
    if (!sameShape(labels!, logits!)) {
      throw new ShapeError(
        `softmaxCrossEntropy: labels ${formatShape(labels!)} and logits ${formatShape(logits!)} must have one shape.`,
      );
    }
    return logits!.slice(0, -1);
  },
  gradient: (node, dy) => {
    const [labels, logits] = node.inputs as [Node, Node];
    const column = reshape(dy, [...node.shape, 1]);
    const total = sum(labels, { axes: [-1], keepDims: true });
    return [null, mul(sub(mul(softmax(logits), total), labels), column)];
  },
  reference([labels, logits]) {
    const width = logits!.shape.at(-1)!;
    const dst = new Float64Array(logits!.data.length / width);
    visitRows(logits!.data.length, width, (start, row) => {
      const { total, top } = rowSums(logits!.data, start, width);
      for (let i = 0; i < width; i++) {
        const label = labels!.data[start + i]!;
        if (label !== 0) dst[row]! -= label * (logits!.data[start + i]! - top - Math.log(total));
      }
    });
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const shape = node.inputs[1]!.shape;
      const width = shape.at(-1)!;
      return softmaxCrossEntropyKernel({ rows: sampleSize(shape) / width, width, target, shape });
    },
  },
};

/** e^x / Σ e^x over the last axis; the shape stays. */
export function softmax(x: Node): Node {
  return apply(softmaxOp, [x], null);
}

/** Cross-entropy between `labels` and softmax(`logits`), both [..., classes] → [...]. No gradient for the labels. */
export function softmaxCrossEntropy(labels: Node, logits: Node): Node {
  return apply(softmaxCrossEntropyOp, [labels, logits], null);
}

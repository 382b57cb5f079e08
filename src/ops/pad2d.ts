/** @file pad2d: a border of a constant around each map; crop2d removes it. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { type Border, cropKernel, padKernel } from '../kernels/pad.ts';
import { movedCells } from './window-geometry.ts';

export type { Border } from '../kernels/pad.ts';

/** Copies the pixels of the smaller map into or out of the larger one. */
function copyInside(
  dst: Float64Array,
  src: Float64Array,
  small: readonly number[],
  large: readonly number[],
  border: Border,
  into: 'large' | 'small',
): void {
  const [n, h, w, c] = small as [number, number, number, number];
  const [, lh, lw] = large as [number, number, number, number];
  for (let i = 0; i < n; i++) {
    for (let y = 0; y < h; y++) {
      for (let x = 0; x < w * c; x++) {
        const inner = (i * h + y) * w * c + x;
        const outer = ((i * lh + y + border.top) * lw + border.left) * c + x;
        if (into === 'large') dst[outer] = src[inner]!;
        else dst[inner] = src[outer]!;
      }
    }
  }
}

export const pad2dOp: Op<Border> = {
  name: 'pad2d',
  infer([x], border) {
    const [n, h, w, c] = x as readonly [null, number, number, number];
    return [n, h + border.top + border.bottom, w + border.left + border.right, c];
  },
  gradient: (node, dy) => [crop2d(dy, node.attrs)],
  reference([x], border, shape) {
    const dst = new Float64Array(sizeOf(shape));
    copyInside(dst, x!.data, x!.shape, shape, border, 'large');
    return dst;
  },
  lowering: {
    kind: 'kernel',
    alongside: ({ attrs }) => ({ kind: 'border', border: attrs }),
    lower: ({ node, target }) => padKernel({ shape: node.inputs[0]!.shape, border: node.attrs, target }),
  },
  reads: ({ attrs }, { cells, axis }) => movedCells(cells, axis === 1 ? -attrs.top : -attrs.left),
};

export const crop2dOp: Op<Border> = {
  name: 'crop2d',
  infer([x], border) {
    const [n, h, w, c] = x as readonly [null, number, number, number];
    return [n, h - border.top - border.bottom, w - border.left - border.right, c];
  },
  gradient: (node, dy) => [pad2d(dy, node.attrs)],
  reference([x], border, shape) {
    const dst = new Float64Array(sizeOf(shape));
    copyInside(dst, x!.data, shape, x!.shape, border, 'small');
    return dst;
  },
  lowering: {
    kind: 'kernel',
    alongside: ({ attrs }) => ({ kind: 'inside', border: attrs }),
    lower: ({ node, target }) => cropKernel({ shape: node.inputs[0]!.shape, border: node.attrs, target }),
  },
  reads: ({ attrs }, { cells, axis }) => movedCells(cells, axis === 1 ? attrs.top : attrs.left),
};

function checkMaps(name: string, x: Node): void {
  if (x.shape.length !== 4 || !isBatched(x.shape))
    throw new ShapeError(`${name} expects a batch [null, h, w, c], received ${formatShape(x.shape)}.`);
}

/** Zeros around each map of `x` [n, h, w, c]; `x` itself when the border is empty. */
export function pad2d(x: Node, border: Border): Node {
  checkMaps('pad2d', x);
  const { top, bottom, left, right } = border;
  return top + bottom + left + right === 0 ? x : apply(pad2dOp, [x], { top, bottom, left, right });
}

/** `x` [n, h, w, c] without `border`. Throws ShapeError for other shapes, and when nothing would be left. */
export function crop2d(x: Node, border: Border): Node {
  checkMaps('crop2d', x);
  const node = apply(crop2dOp, [x], border);
  if (node.shape.slice(1).some((dim) => dim! <= 0)) {
    throw new ShapeError(
      `crop2d: nothing is left of ${formatShape(x.shape)} without ${JSON.stringify(border)}.`,
    );
  }
  return node;
}

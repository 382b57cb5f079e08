/**
 * @file resample2d: maps of another size, each row and column a weighted sum of neighbouring ones. What UpSampling2D and
 * the like do; the gradient is the same with the weights read the other way round.
 */

import { InternalError, ShapeError } from '../base/errors.ts';
import type { Span } from '../base/resize-spans.ts';
import { formatShape, isBatched, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { resampleKernel } from '../kernels/resample.ts';

/** What each row, and each column, of the result is made of. */
export interface ResampleAttributes {
  readonly rows: readonly Span[];
  readonly columns: readonly Span[];
}

/** What each of `from` source positions gives to the results that `spans` describe. */
function turned(spans: readonly Span[], from: number): Span[] {
  return Array.from({ length: from }, (_, place) => {
    const given = spans.map(({ first, weights }) => weights[place - first] ?? 0);
    const first = given.findIndex((weight) => weight !== 0);
    if (first < 0) return { first: 0, weights: [] };
    return { first, weights: given.slice(first, given.findLastIndex((weight) => weight !== 0) + 1) };
  });
}

function fits(spans: readonly Span[], extent: number): boolean {
  return spans.every(({ first, weights }) => first >= 0 && first + weights.length <= extent);
}

export const resample2dOp: Op<ResampleAttributes> = {
  name: 'resample2d',
  infer([x], { rows, columns }) {
    if (x!.length !== 4 || !isBatched(x!))
      throw new ShapeError(`resample2d expects a batch [null, h, w, c], received ${formatShape(x!)}.`);
    const [n, h, w, c] = x as readonly [null, number, number, number];
    if (!fits(rows, h) || !fits(columns, w))
      throw new InternalError(`resample2d: the spans reach outside of ${formatShape(x!)}.`);
    return [n, rows.length, columns.length, c];
  },
  gradient: ({ inputs, attrs }, dy) => {
    const [, h, w] = inputs[0]!.shape as readonly [null, number, number];
    return [resample2d(dy, { rows: turned(attrs.rows, h), columns: turned(attrs.columns, w) })];
  },
  reference([x], { rows, columns }, shape) {
    const [, h, w, c] = x!.shape as readonly [number, number, number, number];
    const dst = new Float64Array(sizeOf(shape));
    let at = 0;
    for (let i = 0; i < shape[0]!; i++) {
      for (const y of rows) {
        for (const column of columns) {
          for (let channel = 0; channel < c; channel++, at++) {
            y.weights.forEach((wy, a) => {
              column.weights.forEach((wx, b) => {
                dst[at]! += wy * wx * x!.data[((i * h + y.first + a) * w + column.first + b) * c + channel]!;
              });
            });
          }
        }
      }
    }
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const [, ih, iw, c] = node.inputs[0]!.shape as readonly [null, number, number, number];
      return resampleKernel({ ih, iw, c, ...node.attrs }, target);
    },
  },
  reads({ attrs: { rows, columns } }, { cells: { from, to }, axis }) {
    const spans = axis === 1 ? rows : columns;
    const read = spans.slice(Math.max(0, Math.min(from, spans.length - 1)), Math.max(1, to));
    return {
      from: Math.min(...read.map(({ first }) => first)),
      to: Math.max(...read.map(({ first, weights }) => first + weights.length)),
    };
  },
};

/** Pixels of which one pixel is made in one step, at most; with more, columns are made first, and rows of them. */
const MOST_PIXELS = 16;

function longest(spans: readonly Span[]): number {
  return Math.max(...spans.map(({ weights }) => weights.length));
}

function kept(extent: number): Span[] {
  return Array.from({ length: extent }, (_, first) => ({ first, weights: [1] }));
}

/** `x` [n, h, w, c] as [n, rows, columns, c]; each span is inside of `x`. Throws ShapeError for other ranks. */
export function resample2d(x: Node, { rows, columns }: ResampleAttributes): Node {
  if (Math.min(longest(rows), longest(columns)) === 1 || longest(rows) * longest(columns) <= MOST_PIXELS)
    return apply(resample2dOp, [x], { rows, columns });
  const wide = apply(resample2dOp, [x], { rows: kept(x.shape[1]!), columns });
  return apply(resample2dOp, [wide], { rows, columns: kept(columns.length) });
}

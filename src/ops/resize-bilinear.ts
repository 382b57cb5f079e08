/**
 * @file resizeBilinear: images stretched to another size, each pixel from the four around its place. It is sampled as affineSample
 * does, bytes too; its gradient and what it reads are those of sums along rows and columns with the same weights.
 */

import { resizeSpans, type Span } from '../base/resize-spans.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import type { AffineSampling } from '../kernels/affine-sample.ts';
import { affineSampleOp } from './affine-sample.ts';
import { broadcastTo } from './elementwise/broadcast-to.ts';
import { constant } from './leaf.ts';
import { matmulTransposed } from './matmul.ts';
import { transpose } from './transpose.ts';

function spansAlong(from: number, to: number): readonly Span[] {
  return resizeSpans(from, to, 'bilinear', false);
}

/** The weights [from, to] of an axis: column i has those of result pixel i. */
export function weightsMatrix(from: number, spans: readonly Span[]): Node {
  const values = new Array<number>(from * spans.length).fill(0);
  spans.forEach(({ first, weights }, i) => {
    weights.forEach((weight, k) => {
      values[(first + k) * spans.length + i] = weight;
    });
  });
  return constant({ values, shape: [from, spans.length] });
}

export const resizeBilinearOp: Op<AffineSampling> = {
  ...affineSampleOp,
  name: 'resizeBilinear',
  gradient: ({ inputs: [src], attrs: { oh, ow } }, dy) => {
    const [, h, w] = src!.shape as readonly [null, number, number, number];
    const along = (dx: Node, from: number, to: number) =>
      from === to ? dx : matmulTransposed(dx, weightsMatrix(from, spansAlong(from, to)));
    // An axis comes last to be multiplied by its weights: [n, oh, c, ow], then [n, w, c, oh].
    const columns = transpose(along(transpose(dy, [0, 1, 3, 2]), w, ow), [0, 3, 2, 1]);
    return [transpose(along(columns, h, oh), [0, 3, 1, 2]), null];
  },
  reads({ inputs: [src], shape }, { cells: { from, to }, axis }) {
    const spans = spansAlong(src!.shape[axis]!, shape[axis]!);
    const read = spans.slice(Math.max(0, Math.min(from, spans.length - 1)), Math.max(1, to));
    return {
      from: Math.min(...read.map(({ first }) => first)),
      to: Math.max(...read.map(({ first, weights }) => first + weights.length)),
    };
  },
};

/** Images [n, h, w, c] as [n, oh, ow, c], as Keras' `ops.image.resize` does it, with half-pixel centres. */
export function resizeBilinear(src: Node, oh: number, ow: number): Node {
  const [, h, w] = src.shape as readonly [null, number, number, number];
  const [x, y] = [w / ow, h / oh];
  const values = [x, 0, x / 2 - 0.5, 0, y, y / 2 - 0.5, 0, 0];
  const transform = broadcastTo(constant({ values, shape: [8] }), [null, 8]);
  const sampling = { interpolation: 'bilinear', fillMode: 'nearest', fillValue: 0, oh, ow } as const;
  return apply(resizeBilinearOp, [src, transform], sampling);
}

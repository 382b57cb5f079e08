/**
 * @file randomUniform: numbers in [0, 1) that depend only on a seed, the sample's place in the batch and the element,
 * so that neither threads nor chunks change them. Each is a 32-bit integer hash (`hash` below, the finaliser
 * "lowbias32" found by C. Wellons' search, nullprogram.com/blog/2018/07/31) of its coordinates, top 24 bits kept.
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sampleSize, sizeOf } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { randomUniformKernel } from '../kernels/random-uniform.ts';
import { broadcastTo } from './elementwise/broadcast-to.ts';
import { constant, sampleIndex } from './leaf.ts';

const MULTIPLIER_1 = 0x7feb352d;
const MULTIPLIER_2 = 0x846ca68b;

/** A bijection of 32-bit integers in which each input bit moves about half of the output bits. */
function hash(x: number): number {
  let h = x;
  h = Math.imul(h ^ (h >>> 16), MULTIPLIER_1);
  h = Math.imul(h ^ (h >>> 15), MULTIPLIER_2);
  return h ^ (h >>> 16);
}

/** Inputs: seed (scalar, a whole number below 2^24) and sampleIndex [null]. */
export const randomUniformOp: Op<{ readonly shape: Shape; readonly stream: number }> = {
  name: 'randomUniform',
  infer([seed], { shape }) {
    if (seed!.length !== 0 || !isBatched(shape)) {
      throw new ShapeError(
        `randomUniform: a scalar seed and a batched shape are expected, received ${formatShape(seed!)} and ${formatShape(shape)}.`,
      );
    }
    return shape;
  },
  gradient: 'none',
  reference([seed, index], { stream }, shape) {
    const perSample = sizeOf(shape.slice(1));
    const dst = new Float64Array(index!.data.length * perSample);
    const base = hash(seed!.data[0]! + Math.imul(stream, 0x9e3779b9));
    for (let i = 0; i < index!.data.length; i++) {
      const sample = hash(base + index!.data[i]!);
      for (let j = 0; j < perSample; j++) dst[i * perSample + j] = (hash(sample + j) >>> 8) / 2 ** 24;
    }
    return dst;
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) =>
      randomUniformKernel({ elements: sampleSize(node.shape), stream: node.attrs.stream, target }),
  },
};

/**
 * Uniform numbers in [0, 1) of a batched `shape`. `seed` is a whole scalar holding a whole number below 2^24, to be fed
 * anew each step; different `stream` numbers give different numbers for one seed. With `shared` all samples get the
 * numbers of the first.
 */
export function randomUniform(options: { shape: Shape; seed: Node; stream: number; shared?: boolean }): Node {
  const { shape, seed, stream, shared = false } = options;
  const index = shared ? broadcastTo(constant(0), [null]) : sampleIndex();
  return apply(randomUniformOp, [seed, index], { shape, stream });
}

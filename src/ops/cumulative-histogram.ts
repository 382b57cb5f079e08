/** @file cumulativeHistogram: how many numbers of a batch lie in each bin or before it, channel by channel. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, isBatched, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { cumulativeHistogramKernel } from '../kernels/cumulative-histogram.ts';
import { checkLastAxis } from './define.ts';

/** The bin of a number: cut to a whole one, within 0 … bins - 1. */
export function binOf(value: number, bins: number): number {
  return Math.max(0, Math.min(bins - 1, Math.trunc(value)));
}

export const cumulativeHistogramOp: Op<{ readonly bins: number }> = {
  name: 'cumulativeHistogram',
  infer([src], { bins }) {
    checkLastAxis('cumulativeHistogram', src!);
    if (!isBatched(src!))
      throw new ShapeError(
        `cumulativeHistogram expects a batch [null, …, c], received ${formatShape(src!)}.`,
      );
    return [src!.at(-1)!, bins];
  },
  gradient: 'none',
  reference([src], { bins }, [channels]) {
    const counts = new Float64Array(channels! * bins);
    src!.data.forEach((value, i) => {
      const row = (i % channels!) * bins;
      for (let bin = binOf(value, bins); bin < bins; bin++) counts[row + bin]!++;
    });
    return counts;
  },
  lowering: {
    kind: 'kernel',
    accumulates: () => true,
    lower: ({ node, target }) => {
      const { shape } = node.inputs[0]!;
      const channels = shape.at(-1)!;
      return cumulativeHistogramKernel({
        pixels: sampleSize(shape) / channels,
        channels,
        bins: node.attrs.bins,
        target,
      });
    },
  },
};

/**
 * Of the numbers of each channel of `src` [n, …, c], over the batch and all places: how many lie in each of `bins` bins
 * or in one before it, [c, bins]. A number's bin is the number itself, cut to a whole one, within 0 … bins - 1. Exact
 * below 2^24 numbers a channel. It has no gradient. Throws ValueError unless bins is a whole number of at least 1.
 */
export function cumulativeHistogram(src: Node, { bins }: { readonly bins: number }): Node {
  if (!Number.isInteger(bins) || bins < 1)
    throw new ValueError(`cumulativeHistogram: bins must be a whole number of at least 1, received ${bins}.`);
  return apply(cumulativeHistogramOp, [src], { bins });
}

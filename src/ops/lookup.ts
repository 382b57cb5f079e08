/** @file lookup: numbers replaced by those of a table, a row of it for each channel. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, isBatched, type Shape, sampleShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { lookupKernel } from '../kernels/lookup.ts';
import { binOf } from './cumulative-histogram.ts';
import { checkLastAxis } from './define.ts';

/** Kernels compute places in the table in float32, which holds whole numbers up to this one. */
const MOST_ENTRIES = 2 ** 24;

/** Inputs: src [n, …, c] and table [c, bins] or [n, c, bins]. */
export const lookupOp: Op<null> = {
  name: 'lookup',
  infer([src, table]) {
    checkLastAxis('lookup', src!);
    const rows = sampleShape(table!);
    if (!isBatched(src!) || rows.length !== 2 || rows[0] !== src!.at(-1)) {
      throw new ShapeError(
        'lookup expects values [null, …, c] and a table [c, bins] or [null, c, bins], received ' +
          `${formatShape(src!)} and ${formatShape(table!)}.`,
      );
    }
    if (sampleSize(table!) >= MOST_ENTRIES)
      throw new ShapeError(
        `lookup takes tables of fewer than ${MOST_ENTRIES} numbers, received ${formatShape(table!)}.`,
      );
    return src!;
  },
  gradient: 'none',
  reference([src, table], _attrs, shape) {
    const [channels, bins] = table!.shape.slice(-2) as [number, number];
    const perSample = src!.data.length / shape[0]!;
    const tableStep = table!.shape.length === 3 ? channels * bins : 0;
    return src!.data.map((value, i) => {
      const row = Math.floor(i / perSample) * tableStep + (i % channels) * bins;
      return table!.data[row + binOf(value, bins)]!;
    });
  },
  lowering: {
    kind: 'kernel',
    lower: ({ node, target }) => {
      const [src, table] = node.inputs.map(({ shape }) => shape) as [Shape, Shape];
      const [channels, bins] = sampleShape(table) as [number, number];
      const perSample = isBatched(table);
      return lookupKernel({ elements: sampleSize(src), channels, bins, perSample, target });
    },
  },
};

/**
 * For each number x of `src` [n, …, c] the entry of its channel's row of `table` [c, bins], or of its sample's table
 * [n, c, bins]: the one at x cut to a whole number, within 0 … bins - 1. Shape: as `src`. It has no gradient.
 */
export function lookup(src: Node, table: Node): Node {
  return apply(lookupOp, [src, table], null);
}

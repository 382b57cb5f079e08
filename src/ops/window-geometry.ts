/** @file The output sizes and paddings of sliding windows, as in keras/src/ops/operation_utils.py. */

import { ShapeError } from '../base/errors.ts';
import type { Cells } from '../graph/op.ts';

export type Padding = 'valid' | 'same';

export interface WindowGeometry {
  readonly size: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilation: readonly [number, number];
}

/** Pixels that one window spans along an axis. */
export function windowExtent(size: number, dilation: number): number {
  return (size - 1) * dilation + 1;
}

/** Output positions along one axis. */
export function windowCount(
  input: number,
  size: number,
  stride: number,
  dilation: number,
  padding: Padding,
): number {
  return padding === 'same'
    ? Math.ceil(input / stride)
    : Math.floor((input - windowExtent(size, dilation)) / stride) + 1;
}

/** Cells that are `by` cells further on. */
export function movedCells({ from, to }: Cells, by: number): Cells {
  return { from: from + by, to: to + by };
}

/** What windows read, the first of which begins `before` cells in front of the map. */
export function windowCells(
  { from, to }: Cells,
  window: { readonly extent: number; readonly stride: number; readonly before: number },
): Cells {
  const { extent, stride, before } = window;
  return { from: from * stride - before, to: (to - 1) * stride - before + extent };
}

/** Rows or columns that 'same' adds before and after the map; the odd one goes after it. */
export function samePadding(input: number, size: number, stride: number, dilation: number): [number, number] {
  const count = Math.ceil(input / stride);
  const total = Math.max((count - 1) * stride + windowExtent(size, dilation) - input, 0);
  return [Math.floor(total / 2), total - Math.floor(total / 2)];
}

/** Throws ShapeError when a window does not fit into the map even once. */
export function checkWindowFits(what: string, input: string, counts: readonly number[]): void {
  if (counts.some((count) => count <= 0)) {
    throw new ShapeError(
      `${what}: the output would have no pixels (${counts.join(' × ')}) for an input of ${input}. ` +
        "Use a smaller kernel or pool, a larger input, or padding: 'same'.",
    );
  }
}

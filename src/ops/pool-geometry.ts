/** @file Which cells of a map each number of a pooled map is made of. */

import { checkPlaces } from '../base/axis-places.ts';
import type { Shape } from '../base/shape.ts';
import type { Cells } from '../graph/op.ts';
import type { PoolShape, PoolWindow } from '../kernels/pool.ts';
import { type Padding, samePadding, windowCells, windowCount } from './window-geometry.ts';

/** Windows of one size that are slid over a map. */
export interface SlidPool {
  readonly poolSize: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly padding: Padding;
}

/**
 * Windows that cover a map in a given number of rows and columns. They overlap, and differ in size by one, where the
 * map's extent is no multiple of that number.
 */
export interface AdaptivePool {
  readonly outputSize: readonly [number, number];
}

export type PoolAttributes = SlidPool | AdaptivePool;

function slidWindows(input: number, size: number, stride: number, padding: Padding): PoolWindow[] {
  const before = padding === 'same' ? samePadding(input, size, stride, 1)[0] : 0;
  const count = Math.max(0, windowCount(input, size, stride, 1, padding));
  checkPlaces(count);
  return Array.from({ length: count }, (_, i) => {
    const origin = i * stride - before;
    return { origin, from: Math.max(0, -origin), to: Math.min(size, input - origin) };
  });
}

function adaptiveWindows(input: number, output: number): PoolWindow[] {
  checkPlaces(output);
  return Array.from({ length: output }, (_, i) => {
    const origin = Math.floor((i * input) / output);
    return { origin, from: 0, to: Math.ceil(((i + 1) * input) / output) - origin };
  });
}

/** The pooling of maps `src` [null, h, w, c]. An axis has no windows when none fits. */
export function poolShape(src: Shape, attrs: PoolAttributes): PoolShape {
  const [, ih, iw, c] = src as readonly [null, number, number, number];
  if ('outputSize' in attrs) {
    const [rows, columns] = [
      adaptiveWindows(ih, attrs.outputSize[0]),
      adaptiveWindows(iw, attrs.outputSize[1]),
    ];
    return { ih, iw, c, rows, columns, width: Math.max(...columns.map(({ to }) => to)) };
  }
  const { poolSize, strides, padding } = attrs;
  const rows = slidWindows(ih, poolSize[0], strides[0], padding);
  const columns = slidWindows(iw, poolSize[1], strides[1], padding);
  return { ih, iw, c, rows, columns, width: poolSize[1] };
}

/** The rows (axis 1) or columns (axis 2) of `src` that windows read, those of 'same' beyond its edges too. */
export function poolCells(cells: Cells, axis: 1 | 2, src: Shape, attrs: PoolAttributes): Cells {
  const [input, i] = [src[axis] as number, axis - 1];
  if (!('outputSize' in attrs)) {
    const [extent, stride] = [attrs.poolSize[i]!, attrs.strides[i]!];
    const before = attrs.padding === 'same' ? samePadding(input, extent, stride, 1)[0] : 0;
    return windowCells(cells, { extent, stride, before });
  }
  const windows = adaptiveWindows(input, attrs.outputSize[i]!);
  const [first, last] = [windows[clamped(cells.from, windows)]!, windows[clamped(cells.to - 1, windows)]!];
  return { from: first.origin, to: last.origin + last.to };
}

function clamped(index: number, { length }: ArrayLike<unknown>): number {
  return Math.min(Math.max(index, 0), length - 1);
}

/** Calls `visit` for each window and channel with the source indices of its valid cells and their places in the window. */
export function visitWindows(
  n: number,
  { ih, iw, c: channels, rows, columns, width }: PoolShape,
  visit: (dst: number, src: readonly number[], places: readonly number[]) => void,
): void {
  let dst = 0;
  for (let i = 0; i < n; i++) {
    for (const y of rows) {
      for (const x of columns) {
        for (let c = 0; c < channels; c++) {
          const src: number[] = [];
          const places: number[] = [];
          for (let kh = y.from; kh < y.to; kh++) {
            for (let kw = x.from; kw < x.to; kw++) {
              src.push(((i * ih + y.origin + kh) * iw + x.origin + kw) * channels + c);
              places.push(kh * width + kw);
            }
          }
          visit(dst++, src, places);
        }
      }
    }
  }
}

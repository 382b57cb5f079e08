/** @file Tiles of a weights gradient: some neighbouring weights, summed up over the pixels of a span. */

import type { KernelBuilder } from './builder.ts';
import type { ConvShape } from './conv-shape.ts';
import { FLOAT_BYTES, type Int, type Ptr } from './ir.ts';
import { bytesOf, type NestLevel, nest, sampleLevel } from './nest.ts';
import { addToTile, makeTile, planRows } from './outer-product.ts';
import { accumulateColumn, type Column } from './panel.ts';

/** Source pixels. */
export interface Pixels {
  readonly ptr: Ptr;
  /** Floats from a result pixel's source to the next one's, along a row and down. */
  readonly right: number;
  readonly down: number;
}

/** Source pixels where the source is. */
export function inPlace(c: ConvShape, ptr: Ptr): Pixels {
  return { ptr, right: c.sw * c.ic, down: c.sh * c.iw * c.ic };
}

/**
 * The pixels of dy that are summed over while a tile is in registers, and the samples, unless an outer loop walks the
 * samples.
 */
export interface Span {
  readonly samples: Int | null;
  readonly oh: number;
  readonly ow: number;
}

/**
 * Weights in the order of a tile's rows: the byte offset in the source that each reads, and the loops around (strides
 * of src and dst).
 */
export interface WeightRows {
  readonly offsets: readonly number[];
  readonly taps: readonly NestLevel[];
}

/** The operands and the result of one column of weights. */
export interface WeightPointers {
  readonly src: Pixels;
  readonly dy: Column;
  /** The column's part of dst [kh, kw, ic, oc]. */
  readonly dst: Ptr;
  /** Floats of each vector of a row of dst. */
  readonly vectors: readonly number[];
}

/** Adds the sums over a span to a column of weights. */
export function addWeights(
  k: KernelBuilder,
  c: ConvShape,
  pointers: WeightPointers,
  { offsets, taps }: WeightRows,
  span: Span,
): void {
  const { src, dst, vectors } = pointers;
  const limit = planRows(offsets.length, vectors.length, k.target).rows;
  nest(k, taps, [src.ptr, dst], ([x, out]) => {
    const tile = (start: number, count: number) => (at: readonly Ptr[]) => {
      const rows = offsets.slice(start, start + count).map((offset) => offset - offsets[start]!);
      addTile(k, c, { ...pointers, src: { ...src, ptr: at[0]! }, dst: at[1]! }, rows, span);
    };
    // Where neighbouring weights read neighbouring floats, one loop walks all tiles but the last, smaller one.
    const even = offsets.at(-1) === (offsets.length - 1) * FLOAT_BYTES;
    const whole = Math.floor(offsets.length / limit);
    const strides = [limit * FLOAT_BYTES, limit * c.oc * FLOAT_BYTES];
    if (even) nest(k, [{ count: whole, strides }], [x!, out!], tile(0, limit));
    for (let start = even ? whole * limit : 0; start < offsets.length; start += limit) {
      const at = [
        k.pointerAt('src', x!, offsets[start]!),
        k.pointerAt('dst', out!, start * c.oc * FLOAT_BYTES),
      ];
      tile(start, Math.min(limit, offsets.length - start))(at);
    }
  });
}

function addTile(
  k: KernelBuilder,
  c: ConvShape,
  { src, dy, dst, vectors }: WeightPointers,
  offsets: readonly number[],
  span: Span,
): void {
  const tile = makeTile(k, offsets, vectors);
  const levels = [
    sampleLevel(span.samples, [c.ih * c.iw * c.ic, c.oh * c.ow * c.oc]),
    { count: span.oh, strides: bytesOf(src.down, c.ow * dy.stride) },
  ];
  const depth = { count: span.ow, xStep: src.right * FLOAT_BYTES };
  const place = (row: number) => row * c.oc * FLOAT_BYTES;
  addToTile(k, tile, dst, place, () =>
    nest(k, levels, [src.ptr, dy.ptr], ([x, grad]) =>
      accumulateColumn(k, tile, x!, { ...dy, ptr: grad! }, depth),
    ),
  );
}

/** With fewer weights than this per output channel, the weights of all kernel rows form one list. */
const SMALL_KERNEL = 32;

/**
 * The weights over the source in place. Without dilation the weights of a kernel row read neighbouring floats of a
 * source row. The rows of a small kernel form one list, since a tile of one short row would be too small to hide the
 * latency of its multiply-adds.
 */
export function rowsInPlace(c: ConvShape): WeightRows {
  const down = c.dh * c.iw * c.ic;
  if (c.dw !== 1) return rowsOfBlock(c, c.ic, { right: c.dw * c.ic, down });
  const row = run(c.kw * c.ic);
  if (c.kh * row.length > SMALL_KERNEL) {
    return { offsets: row, taps: [{ count: c.kh, strides: bytesOf(down, c.kw * c.ic * c.oc) }] };
  }
  const all = Array.from({ length: c.kh }, (_, kh) => row.map((offset) => offset + kh * down * FLOAT_BYTES));
  return { offsets: all.flat(), taps: [] };
}

/** The weights of `channels` neighbouring input channels, tap by tap; a tap is `right` and `down` floats from the last. */
export function rowsOfBlock(
  c: ConvShape,
  channels: number,
  { right, down }: { readonly right: number; readonly down: number },
): WeightRows {
  const taps = [
    { count: c.kh, strides: bytesOf(down, c.kw * c.ic * c.oc) },
    { count: c.kw, strides: bytesOf(right, c.ic * c.oc) },
  ];
  return { offsets: run(channels), taps };
}

function run(length: number): number[] {
  return Array.from({ length }, (_, i) => i * FLOAT_BYTES);
}

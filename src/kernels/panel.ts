/**
 * @file Panels: a column of a matrix, copied so that its rows lie one after another. Rows that lie far apart, above all
 * by a power of two, share few places of a cache and replace each other there, and no prefetcher follows them. So a
 * copy is faster when it is read often (as in Goto and van de Geijn, "Anatomy of high-performance matrix
 * multiplication", 2008).
 */

import type { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Ptr, type VectorTarget } from './ir.ts';
import { bytesOf, inParts, type NestLevel } from './nest.ts';
import { accumulate, type Tile } from './outer-product.ts';

/** A column of a matrix, in place or as a panel. */
export interface Column {
  readonly ptr: Ptr;
  /** Floats from a row to the next. */
  readonly stride: number;
  /** Floats to load of each vector. */
  readonly vectors: readonly number[];
}

/** The fewest multiply-adds per float for which a copy is worth its time. */
export const LEAST_USES = 32;

/** Rows that are copied in one round of the loop. */
const UNROLL = 4;

/** Floats of a row of a panel: whole vectors. */
export function panelWidth(lanes: number, vectors: number): number {
  return lanes * vectors;
}

/** The panel at `ptr` of a column of as many vectors. */
export function panelAt(k: KernelBuilder, ptr: Ptr, vectors: number): Column {
  return {
    ptr,
    stride: panelWidth(k.lanes, vectors),
    vectors: Array.from({ length: vectors }, () => k.lanes),
  };
}

/** Copies `rows` rows of a column to `to`. The unused lanes of a last vector become 0. */
export function packPanel(k: KernelBuilder, { ptr, stride, vectors }: Column, rows: number, to: Ptr): Column {
  const panel = panelAt(k, to, vectors.length);
  const strides = bytesOf(stride, panel.stride);
  inParts(k, { length: rows, part: UNROLL, strides }, [ptr, to], ([from, dst], count) => {
    for (let row = 0; row < count; row++) {
      vectors.forEach((floats, v) => {
        const offset = v * k.lanes * FLOAT_BYTES;
        k.store(k.load(from!, row * strides[0]! + offset, floats), dst!, row * strides[1]! + offset);
      });
    }
  });
  return panel;
}

/** Adds the products of `count` rows of a column to the tile, whose broadcast operands move by `xStep` bytes for each. */
export function accumulateColumn(
  k: KernelBuilder,
  tile: Tile,
  x: Ptr,
  { ptr, stride, vectors }: Column,
  { count, xStep }: { readonly count: number; readonly xStep: number },
): void {
  const depth = { count, xStep, wStep: stride * FLOAT_BYTES };
  accumulate(k, { ...tile, vectors }, k.pointerAt('x', x), k.pointerAt('w', ptr), depth);
}

/** A matrix whose columns, of `vectors` vectors each, are read for each of `uses` pixels. */
export interface ColumnMatrix {
  readonly rows: number;
  readonly width: number;
  readonly vectors: number;
  readonly uses: number;
}

/** How the columns of a matrix and the samples of a chunk are walked. */
export interface ColumnWalk {
  /** Makes and returns the column's panel, or returns the column itself where it is read in place. */
  readonly pack: (column: Column, rows: number) => Column;
  /**
   * The loop over the samples around all columns, and the one inside each column. One of the two has a single round.
   */
  readonly around: NestLevel;
  readonly inside: NestLevel;
}

/**
 * A panel is made once for all samples, so the loop over the samples is inside a column. Columns that are read in place
 * are walked anew for each sample, so that the sample's numbers stay in the cache. `rows`: rows of a panel, if not all
 * rows of the matrix.
 */
export function walkColumns(
  k: KernelBuilder,
  matrix: ColumnMatrix,
  samples: NestLevel,
  rows = matrix.rows,
): ColumnWalk {
  const once = { ...samples, count: 1 };
  if (!paysToPack(k.target, matrix)) return { pack: (column) => column, around: samples, inside: once };
  const panel = k.scratch('panel', rows * panelWidth(k.lanes, matrix.vectors));
  return { pack: (column, count) => packPanel(k, column, count, panel), around: once, inside: samples };
}

/**
 * Addresses at this distance share a place of the first-level cache. It is the size of a page, since the cache is
 * looked up by the address within a page.
 */
const WAY_BYTES = 4096;
const LINE_BYTES = 64;

/**
 * True when the columns of a matrix should be read from panels: it has several, each is read often, and either the
 * matrix fills the second-level cache or a column's rows share few places of the first-level cache.
 */
function paysToPack(
  { lanes, l1Bytes, l2Bytes }: VectorTarget,
  { rows, width, vectors, uses }: ColumnMatrix,
): boolean {
  if (width <= vectors * lanes || uses < LEAST_USES) return false;
  const stride = width * FLOAT_BYTES;
  if (rows * stride >= l2Bytes / 2) return true;
  const room = (l1Bytes / WAY_BYTES) * (WAY_BYTES / Math.max(LINE_BYTES, commonDivisor(stride, WAY_BYTES)));
  return rows > room && rows * vectors * lanes * FLOAT_BYTES <= l1Bytes / 2;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

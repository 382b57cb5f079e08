/**
 * @file Panels: a column of a matrix, copied so that its rows lie one after another. Rows that lie far apart, most of all
 * a power of two, share few places of a cache and turn each other out, and no prefetcher follows them; a copy that is
 * read often pays (as in Goto and van de Geijn, "Anatomy of high-performance matrix multiplication", 2008).
 */

import type { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Ptr, type VectorTarget } from './ir.ts';
import { nest } from './nest.ts';

/** A column of a matrix, in place or as a panel. */
export interface Column {
  readonly ptr: Ptr;
  /** Floats from a row to the next. */
  readonly stride: number;
  /** Floats to load of each vector. */
  readonly vectors: readonly number[];
}

/** How often a panel must be read for each time that it is made, so that making it is forgotten. */
export const LEAST_READS = 32;

/** Rows that are copied in one round of the loop. */
const UNROLL = 4;

/** Floats of a row of a panel: whole vectors. */
export function panelWidth(lanes: number, vectors: number): number {
  return lanes * vectors;
}

/** Addresses this far apart share a place of the first-level cache: a page, as every address is known within one. */
const WAY_BYTES = 4096;

/**
 * True when the columns of a matrix, of `vectors` vectors each, should be read from panels: it has several, each is read
 * often, and either the matrix fills the second-level cache or a column's rows crowd a few places of the first.
 */
export function paysToPack(
  { lanes, l1Bytes, l2Bytes }: VectorTarget,
  matrix: { readonly rows: number; readonly width: number; readonly vectors: number; readonly reads: number },
): boolean {
  const { rows, width, vectors, reads } = matrix;
  if (width <= vectors * lanes || reads < LEAST_READS) return false;
  const stride = width * FLOAT_BYTES;
  if (rows * stride >= l2Bytes / 2) return true;
  const room = (l1Bytes / WAY_BYTES) * (WAY_BYTES / commonDivisor(stride, WAY_BYTES));
  return rows > room && rows * vectors * lanes * FLOAT_BYTES <= l1Bytes / 2;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

/** Copies `rows` rows of a column to `to` and gives the copy, in which the lanes behind a tail are 0. */
export function packPanel(k: KernelBuilder, { ptr, stride, vectors }: Column, rows: number, to: Ptr): Column {
  const width = panelWidth(k.lanes, vectors.length);
  const bytes = [stride * FLOAT_BYTES, width * FLOAT_BYTES] as const;
  const copy = (count: number) => (at: readonly Ptr[]) => {
    for (let row = 0; row < count; row++) {
      vectors.forEach((floats, v) => {
        const offset = v * k.lanes * FLOAT_BYTES;
        k.store(k.load(at[0]!, row * bytes[0] + offset, floats), at[1]!, row * bytes[1] + offset);
      });
    }
  };
  const whole = Math.floor(rows / UNROLL);
  nest(k, [{ count: whole, strides: bytes.map((b) => b * UNROLL) }], [ptr, to], copy(UNROLL));
  const [from, rest] = [ptr, to].map((at, i) => k.pointerAt(at.role, at, whole * UNROLL * bytes[i]!));
  copy(rows % UNROLL)([from!, rest!]);
  return { ptr: to, stride: width, vectors: vectors.map(() => k.lanes) };
}

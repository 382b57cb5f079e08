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
export const LEAST_READS = 24;

/** Rows that are copied in one round of the loop. */
const UNROLL = 4;

/** Floats of a row of a panel: whole vectors. */
export function panelWidth(lanes: number, vectors: number): number {
  return lanes * vectors;
}

/**
 * True when the columns of a matrix, of `vectors` vectors each, should be read from panels: it has several, all of them
 * fill the second-level cache, and each is read often.
 */
export function paysToPack(
  { lanes, l2Bytes }: VectorTarget,
  matrix: { readonly rows: number; readonly width: number; readonly vectors: number; readonly reads: number },
): boolean {
  const { rows, width, vectors, reads } = matrix;
  const several = width > vectors * lanes;
  return several && rows * width * FLOAT_BYTES >= l2Bytes / 2 && reads >= LEAST_READS;
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

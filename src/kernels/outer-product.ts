/**
 * @file The one micro-kernel of convolution, its gradients and dense layers: an outer product summed over a depth.
 *
 * acc[r][v] += x[r] · w[v] for each step of the depth: `rows` broadcast operands times `vectors` register-wide ones,
 * the accumulators in registers throughout. Tiles as in oneDNN's and libxsmm's direct convolutions (Georganas et al.,
 * "Anatomy of high-performance deep learning convolutions", SC18).
 */

import type { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Ptr, type Vec, type VectorTarget } from './ir.ts';

/** A tile of accumulators. */
export interface Tile {
  /** Byte offset from the broadcast pointer, for each row. */
  readonly rows: readonly number[];
  /** Floats in each vector: all lanes, or fewer for the last vector of a row. */
  readonly vectors: readonly number[];
  /** acc[row][vector]. */
  readonly acc: readonly (readonly Vec[])[];
}

/** Fresh accumulators, not yet set. */
export function makeTile(k: KernelBuilder, rows: readonly number[], vectors: readonly number[]): Tile {
  return { rows, vectors, acc: rows.map((_, r) => vectors.map((_, v) => k.vec(`acc${r}_${v}`))) };
}

/** Sets all accumulators to zero. */
export function zeroTile(k: KernelBuilder, tile: Tile): void {
  for (const row of tile.acc) for (const acc of row) k.constantInto(acc, 0);
}

/** Calls `visit` with each accumulator, its byte offset within its row of the result, and its floats. */
export function forTile(
  k: KernelBuilder,
  tile: Tile,
  visit: (acc: Vec, row: number, offset: number, count: number) => void,
): void {
  tile.acc.forEach((row, r) => {
    row.forEach((acc, v) => {
      visit(acc, r, v * k.lanes * FLOAT_BYTES, tile.vectors[v]!);
    });
  });
}

/** Loads the tile from `dst`, lets `sum` add to it, and stores it. `place`: the byte offset of each of its rows in dst. */
export function addToTile(
  k: KernelBuilder,
  tile: Tile,
  dst: Ptr,
  place: (row: number) => number,
  sum: () => void,
): void {
  forTile(k, tile, (acc, r, offset, count) => k.loadInto(acc, dst, place(r) + offset, count));
  sum();
  forTile(k, tile, (acc, r, offset, count) => k.store(acc, dst, place(r) + offset, count));
}

export interface Depth {
  /** Steps of the sum. */
  readonly count: number;
  /** Bytes by which the broadcast and the vector pointer move per step. */
  readonly xStep: number;
  readonly wStep: number;
}

/** Adds `depth.count` outer products to the tile. The pointers end after the last step. */
export function accumulate(k: KernelBuilder, tile: Tile, x: Ptr, w: Ptr, depth: Depth): void {
  const { count, xStep, wStep } = depth;
  const unroll = Math.min(k.target.unroll, count);
  const bumps = (steps: number) => [
    { ptr: x, bytes: steps * xStep },
    { ptr: w, bytes: steps * wStep },
  ];
  k.loop(Math.floor(count / unroll), bumps(unroll), () => {
    for (let step = 0; step < unroll; step++) outerProduct(k, tile, x, w, step * xStep, step * wStep);
  });
  k.loop(count % unroll, bumps(1), () => outerProduct(k, tile, x, w, 0, 0));
}

function outerProduct(k: KernelBuilder, tile: Tile, x: Ptr, w: Ptr, xOffset: number, wOffset: number): void {
  const vectors = tile.vectors.map((count, v) => k.load(w, wOffset + v * k.lanes * FLOAT_BYTES, count, 'w'));
  tile.rows.forEach((offset, r) => {
    const b = k.broadcast(x, offset + xOffset, 'x');
    vectors.forEach((vector, v) => k.fmaInto(tile.acc[r]![v]!, b, vector));
  });
}

/** Most rows a tile of `vectors` columns can have so that accumulators and operands fit the target's registers. */
export function maxRows(target: VectorTarget, vectors: number): number {
  const { registers, operands } = target;
  const rows =
    operands === 'hoisted' ? (registers - vectors) / (vectors + 1) : (registers - vectors - 1) / vectors;
  return Math.max(1, Math.floor(rows));
}

/** Relative time of a depth step of a tile: its multiply-adds, its loads, or the latency of too few accumulators. */
export function tileCost(rows: number, vectors: number): number {
  return Math.max(rows * vectors, rows + vectors, 8) + 1;
}

/**
 * How many rows a tile of `vectors` vectors should have for the least work over `rows` rows, and that work. The smaller
 * last tile counts too.
 */
export function planRows(
  rows: number,
  vectors: number,
  target: VectorTarget,
): { rows: number; cost: number } {
  let best = { rows: 1, cost: Number.POSITIVE_INFINITY };
  for (let r = 1; r <= Math.min(maxRows(target, vectors), rows); r++) {
    const rest = rows % r;
    const cost = Math.floor(rows / r) * tileCost(r, vectors) + (rest === 0 ? 0 : tileCost(rest, vectors));
    if (cost < best.cost) best = { rows: r, cost };
  }
  return best;
}

/** Rows and vectors of the tile with the least work for `rows` × `vectors`. The smaller last tiles count too. */
export function planTile(
  rows: number,
  vectors: number,
  target: VectorTarget,
): { rows: number; vectors: number } {
  let best = { rows: 1, vectors: 1, cost: Number.POSITIVE_INFINITY };
  for (let v = 1; v <= Math.min(4, vectors); v++) {
    const plan = planRows(rows, v, target);
    const cost = plan.cost * Math.ceil(vectors / v);
    if (cost < best.cost) best = { rows: plan.rows, vectors: v, cost };
  }
  return best;
}

/**
 * @file Convolutions with so many input channels that the weights of one column of output channels overflow the caches:
 * the depth of the sum is cut into blocks, and all pixels are walked for one block before the next.
 */

import type { KernelBuilder } from './builder.ts';
import { forBlocks, type Plan, tileRows } from './conv-tiles.ts';
import { applyEpilogue, type BoundEpilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Ptr, type VectorTarget } from './ir.ts';
import { bytesOf, inParts, type NestLevel, nest } from './nest.ts';
import { addToTile, makeTile } from './outer-product.ts';
import { accumulateColumn, type Column, type ColumnWalk } from './panel.ts';

/**
 * A column's depth is cut when its weights have this many bytes, or fewer where the second-level cache is small. A
 * higher limit is not faster where caches are larger.
 */
const DEEP_BYTES = 128 * 1024;
/** The most weights of a block: they should stay in the first-level cache. */
const BLOCK_BYTES = 24 * 1024;

/** True when the sum is to be cut. A fused pooling needs its tile's whole sum at once, and so does a dilated kernel row. */
export function isDeep({ shape: c, window, vectors }: Plan, { lanes, l2Bytes }: VectorTarget): boolean {
  if (window.index || window.height * window.width > 1 || c.dw !== 1) return false;
  return c.kh * c.kw * c.ic * vectors * lanes * FLOAT_BYTES >= Math.min(DEEP_BYTES, l2Bytes / 4);
}

/** Rows of weights that a block has. */
export function blockRows({ shape: c, vectors }: Plan, { lanes, l1Bytes }: VectorTarget): number {
  const bytes = Math.min(BLOCK_BYTES, (l1Bytes * 3) / 4);
  return Math.max(1, Math.min(c.kw * c.ic, Math.floor(bytes / (vectors * lanes * FLOAT_BYTES))));
}

interface Pointers {
  readonly src: Ptr;
  readonly weights: Column;
  readonly dst: Ptr;
  readonly bound: BoundEpilogue | null;
}

/** One column of output channels, with a loop over all pixels of the samples inside. */
export function convDeepColumn(k: KernelBuilder, plan: Plan, pointers: Pointers, walk: ColumnWalk): void {
  const { src, weights, dst, bound } = pointers;
  const { shape: c } = plan;
  const { vectors } = weights;
  const toDst = { ...walk.inside, strides: walk.inside.strides.slice(1) };
  const zero = k.constant(0);
  forPixels(k, plan, toDst, dst, vectors, (at, v, count) =>
    k.store(zero, at, v * k.lanes * FLOAT_BYTES, count),
  );
  const run = c.kw * c.ic;
  const kernelRows = [{ count: c.kh, strides: bytesOf(c.dh * c.iw * c.ic, run * weights.stride) }];
  nest(k, kernelRows, [src, k.pointerAt('w', weights.ptr)], (row) => {
    const blocks = { length: run, part: blockRows(plan, k.target), strides: bytesOf(1, weights.stride) };
    inParts(k, blocks, row, ([x, w], depth) =>
      addBlock(k, plan, { ...pointers, src: x!, weights: { ...weights, ptr: w! } }, walk, depth),
    );
  });
  if (bound === null) return;
  const operands = vectors.map((count, v) => loadOperands(k, bound, v * k.lanes, count));
  forPixels(k, plan, toDst, dst, vectors, (at, v, count) => {
    const offset = v * k.lanes * FLOAT_BYTES;
    k.store(applyEpilogue(k, bound, k.load(at, offset, count), operands[v]!), at, offset, count);
  });
}

/** Calls `body` for each vector of each pixel of the column. */
function forPixels(
  k: KernelBuilder,
  { shape: c }: Plan,
  level: NestLevel,
  dst: Ptr,
  vectors: readonly number[],
  body: (at: Ptr, vector: number, count: number) => void,
): void {
  nest(k, [level, { count: c.oh * c.ow, strides: [c.oc * FLOAT_BYTES] }], [dst], ([at]) =>
    vectors.forEach((count, v) => body(at!, v, count)),
  );
}

/** Adds `depth` steps of the sum to all pixels. Pointers: src and weights of the first step, dst. */
function addBlock(
  k: KernelBuilder,
  plan: Plan,
  { src, weights, dst }: Pointers,
  walk: ColumnWalk,
  depth: number,
): void {
  const { shape: c, unitsWide } = plan;
  const column = walk.pack(weights, depth);
  nest(k, [walk.inside], [src, dst], ([x, out]) =>
    forBlocks(k, plan, x!, [out!], (from, [to], bh, bw) => {
      const tile = makeTile(k, tileRows(plan, { bh, bw }), weights.vectors);
      const place = (row: number) => (Math.floor(row / bw) * unitsWide + (row % bw)) * c.oc * FLOAT_BYTES;
      addToTile(k, tile, to!, place, () =>
        accumulateColumn(k, tile, from, column, { count: depth, xStep: FLOAT_BYTES }),
      );
    }),
  );
}

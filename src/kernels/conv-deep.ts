/**
 * @file Convolutions with so many input channels that the weights of one column of output channels overflow the caches:
 * the depth of the sum is cut into blocks, and all pixels are walked for one block before the next.
 */

import type { KernelBuilder } from './builder.ts';
import { forBlocks, type Plan, tileRows } from './conv-tiles.ts';
import { applyEpilogue, type BoundEpilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Ptr } from './ir.ts';
import { nest } from './nest.ts';
import { accumulate, forTile, makeTile } from './outer-product.ts';

/** Bytes of a column's weights from which on its depth is cut. */
const DEEP_BYTES = 128 * 1024;
/** Bytes of weights that a block has: they should stay in the first-level cache. */
const BLOCK_BYTES = 24 * 1024;

/** True when the sum is to be cut. A fused pooling needs its tile's whole sum at once, and so does a dilated kernel row. */
export function isDeep({ shape: c, window, vectors }: Plan, lanes: number): boolean {
  if (window.height * window.width > 1 || c.dw !== 1) return false;
  return c.kh * c.kw * c.ic * vectors * lanes * FLOAT_BYTES >= DEEP_BYTES;
}

interface Pointers {
  readonly src: Ptr;
  readonly weights: Ptr;
  readonly dst: Ptr;
  readonly bound: BoundEpilogue | null;
}

/** One column of output channels, all pixels. */
export function convDeepColumn(
  k: KernelBuilder,
  plan: Plan,
  { src, weights, dst, bound }: Pointers,
  vectors: readonly number[],
): void {
  const { shape: c } = plan;
  const zero = k.constant(0);
  forPixels(k, plan, dst, vectors, (at, v, count) => k.store(zero, at, v * k.lanes * FLOAT_BYTES, count));
  const run = c.kw * c.ic;
  const block = Math.max(1, Math.min(run, Math.floor(BLOCK_BYTES / (plan.vectors * k.lanes * FLOAT_BYTES))));
  const strides = (floats: readonly number[]) => floats.map((stride) => stride * FLOAT_BYTES);
  const rows = [{ count: c.kh, strides: strides([c.dh * c.iw * c.ic, run * c.oc]) }];
  nest(k, rows, [src, k.pointerAt('w', weights)], ([s, w]) => {
    const whole = Math.floor(run / block);
    const step = strides([block, block * c.oc]);
    nest(k, [{ count: whole, strides: step }], [s!, w!], ([x, part]) =>
      addBlock(k, plan, [x!, part!, dst], vectors, block),
    );
    if (run % block === 0) return;
    const rest = [k.pointerAt('x', s!, whole * step[0]!), k.pointerAt('w', w!, whole * step[1]!)] as const;
    addBlock(k, plan, [...rest, dst], vectors, run % block);
  });
  if (bound === null) return;
  const operands = vectors.map((count, v) => loadOperands(k, bound, v * k.lanes, count));
  forPixels(k, plan, dst, vectors, (at, v, count) => {
    const offset = v * k.lanes * FLOAT_BYTES;
    k.store(applyEpilogue(k, bound, k.load(at, offset, count), operands[v]!), at, offset, count);
  });
}

/** Calls `body` for each vector of each pixel of the column. */
function forPixels(
  k: KernelBuilder,
  { shape: c }: Plan,
  dst: Ptr,
  vectors: readonly number[],
  body: (at: Ptr, vector: number, count: number) => void,
): void {
  nest(k, [{ count: c.oh * c.ow, strides: [c.oc * FLOAT_BYTES] }], [dst], ([at]) =>
    vectors.forEach((count, v) => body(at!, v, count)),
  );
}

/** Adds `depth` steps of the sum to all pixels. Pointers: src and weights of the first step, dst. */
function addBlock(
  k: KernelBuilder,
  plan: Plan,
  [src, weights, dst]: readonly [Ptr, Ptr, Ptr],
  vectors: readonly number[],
  depth: number,
): void {
  const { shape: c, unitsWide } = plan;
  forBlocks(k, plan, src, [dst], (from, [to], bh, bw) => {
    const tile = makeTile(k, tileRows(plan, { bh, bw }), vectors);
    const place = (row: number) => (Math.floor(row / bw) * unitsWide + (row % bw)) * c.oc * FLOAT_BYTES;
    forTile(k, tile, (acc, r, offset, count) => k.loadInto(acc, to!, place(r) + offset, count));
    accumulate(k, tile, k.pointerAt('x', from), k.pointerAt('w', weights), {
      count: depth,
      xStep: FLOAT_BYTES,
      wStep: c.oc * FLOAT_BYTES,
    });
    forTile(k, tile, (acc, r, offset, count) => k.store(acc, to!, place(r) + offset, count));
  });
}

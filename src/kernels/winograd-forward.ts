/**
 * @file Convolution with 3 × 3 weights by Winograd's algorithm: 16 products for each 2 × 2 results instead of 36. A block
 * of patches is transformed, each of the 16 points becomes a matrix product over the channels, and the sums are
 * transformed back; bias, activation and a pooling of 2 × 2 are applied while the results are in registers.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import type { FusedWindow } from './conv-tiles.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { bytesOf, inParts, nest, sampleLevel } from './nest.ts';
import { accumulate, forTile, makeTile, planTile, zeroTile } from './outer-product.ts';
import { poolCells } from './pool-cells.ts';
import { type Block, forBlocks, forPatches, patchesOf, storeSourcePoints } from './winograd-blocks.ts';
import {
  PATCH_PIXELS,
  PATCH_RESULTS,
  type PatchRun,
  POINTS,
  planPatches,
  type WinogradShape,
  winogradName,
} from './winograd-patches.ts';
import { results } from './winograd-transforms.ts';

/** Pointers: src, transformed weights [16, ic, oc], epilogue operands, dst, then index when the window asks for it; scratch. */
export function winogradForwardKernel({
  shape,
  target,
  epilogue,
  window,
}: {
  readonly shape: WinogradShape;
  readonly target: VectorTarget;
  readonly epilogue: Epilogue | null;
  /** Of 2 × 2 results, or null. */
  readonly window: FusedWindow | null;
}): Kernel {
  const pooled = window === null ? '' : '_pool2x2';
  const k = new KernelBuilder(
    `winograd_${winogradName(shape)}${pooled}${epilogue === null ? '' : `_${epilogue.name}`}`,
    target,
  );
  const src = k.pointer('src');
  const weights = k.pointer('weights');
  const bound = bindEpilogue(k, epilogue);
  const dst = [k.pointer('dst'), ...(window?.index ? [k.pointer('index')] : [])];
  const samples = k.count('samples');
  const { rows, columns, ic, oc } = shape;
  const plan = planPatches(shape, target, window !== null);
  const points = k.scratch('points', POINTS * plan.blockPatches * ic);
  const sums = k.scratch('sums', POINTS * plan.blockPatches * oc);
  const each = window === null ? PATCH_RESULTS : 1;
  const width = window === null ? columns.output : Math.floor(columns.output / PATCH_RESULTS);
  const height = window === null ? rows.output : Math.floor(rows.output / PATCH_RESULTS);
  const step = { right: each * oc, down: each * width * oc };
  const sizes = [rows.input * columns.input * ic, ...dst.map(() => height * width * oc)];
  nest(k, [sampleLevel(samples, sizes)], [src, ...dst], ([s, ...d]) =>
    forBlocks(
      k,
      shape,
      plan,
      [s!, ...d],
      dst.map(() => step),
      (block, from, to) => {
        storeSourcePoints(k, shape, block, from, points);
        multiplyPoints(k, shape, patchesOf(block), { points, weights, sums });
        storeBlock(k, { oc, width, window, bound, step }, block, sums, to);
      },
    ),
  );
  return k.finish();
}

/** sums[16, patches, oc] = points[16, patches, ic] · weights[16, ic, oc], for each of the 16 points. */
function multiplyPoints(
  k: KernelBuilder,
  { ic, oc }: WinogradShape,
  patches: number,
  { points, weights, sums }: { readonly points: Ptr; readonly weights: Ptr; readonly sums: Ptr },
): void {
  const plan = planTile(patches, Math.ceil(oc / k.lanes), k.target);
  const level = { count: POINTS, strides: bytesOf(patches * ic, ic * oc, patches * oc) };
  nest(k, [level], [points, weights, sums], ([x, w, y]) =>
    forColumns(k, { width: oc, limit: plan.vectors }, [w!, y!], ([column, out], vectors) => {
      const walk = { length: patches, part: plan.rows, strides: bytesOf(ic, oc) };
      inParts(k, walk, [x!, out!], ([from, to], count) => {
        const rows = Array.from({ length: count }, (_, r) => r * ic * FLOAT_BYTES);
        const tile = makeTile(k, rows, vectors);
        zeroTile(k, tile);
        const depth = { count: ic, xStep: FLOAT_BYTES, wStep: oc * FLOAT_BYTES };
        accumulate(k, tile, k.pointerAt('x', from!), k.pointerAt('w', column!), depth);
        forTile(k, tile, (acc, r, offset, floats) => {
          k.store(acc, to!, r * oc * FLOAT_BYTES + offset, floats);
        });
      });
    }),
  );
}

interface StoreOptions {
  readonly oc: number;
  /** Results of a row of the stored map. */
  readonly width: number;
  readonly window: FusedWindow | null;
  readonly bound: BoundEpilogue | null;
  readonly step: { readonly right: number; readonly down: number };
}

/** Transforms the sums of a block back and stores the results. */
function storeBlock(
  k: KernelBuilder,
  options: StoreOptions,
  block: Block,
  sums: Ptr,
  to: readonly Ptr[],
): void {
  const { oc, bound, step } = options;
  const toPoint = patchesOf(block) * oc * FLOAT_BYTES;
  const sumStep = { right: oc, down: block.right.patches * oc };
  const steps = [sumStep, ...to.map(() => step)];
  forPatches(k, block, [sums, ...to], steps, (at, rows, columns) =>
    forColumns(k, { width: oc, limit: 1, bound }, at, ([m, ...dst], [count], operands) => {
      const cells = results(k, (row, column) => k.load(m!, (PATCH_PIXELS * row + column) * toPoint, count));
      storeCells(k, { ...options, bound: operands }, { rows, columns, count: count! }, cells, dst);
    }),
  );
}

/** Stores the results of a patch, or the maximum of all four (and its place). */
function storeCells(
  k: KernelBuilder,
  { oc, width, window, bound }: StoreOptions,
  { rows, columns, count }: { readonly rows: PatchRun; readonly columns: PatchRun; readonly count: number },
  cells: readonly Vec[],
  dst: readonly Ptr[],
): void {
  const operands = loadOperands(k, bound, 0, count);
  if (window !== null) {
    const places = window.index ? cells.map((_, cell) => k.constant(cell)) : [];
    const { value, place } = poolCells(k, cells, places);
    k.store(applyEpilogue(k, bound, value, operands), dst[0]!, 0, count);
    if (place !== null) k.store(place, dst[1]!, 0, count);
    return;
  }
  for (let row = 0; row < rows.results; row++) {
    for (let column = 0; column < columns.results; column++) {
      const value = applyEpilogue(k, bound, cells[PATCH_RESULTS * row + column]!, operands);
      k.store(value, dst[0]!, (row * width + column) * oc * FLOAT_BYTES, count);
    }
  }
}

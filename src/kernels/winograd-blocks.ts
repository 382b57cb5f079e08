/** @file Loops over the blocks of a map, and over the patches of a block, for Winograd's convolution. */

import type { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Ptr } from './ir.ts';
import { forVectors, nest } from './nest.ts';
import {
  type BlockRun,
  firstPixel,
  PATCH_PIXELS,
  PATCH_RESULTS,
  type PatchPlan,
  type PatchRun,
  type WinogradShape,
} from './winograd-patches.ts';
import { transformSource, type WriteCell } from './winograd-transforms.ts';

/** A block of patches: its rows and columns of patches. */
export interface Block {
  readonly down: BlockRun;
  readonly right: BlockRun;
}

export function patchesOf({ down, right }: Block): number {
  return down.patches * right.patches;
}

/** Floats between neighbouring patches of a map that is not the source: to the right, and down. */
export interface PatchStep {
  readonly right: number;
  readonly down: number;
}

/**
 * Calls `body` for each block with pointers to the first pixel of its first patch that lies inside of the source, and to
 * the numbers of its first patch in other maps.
 */
export function forBlocks(
  k: KernelBuilder,
  shape: WinogradShape,
  plan: PatchPlan,
  [src, ...others]: readonly [Ptr, ...Ptr[]],
  steps: readonly PatchStep[],
  body: (block: Block, src: Ptr, others: readonly Ptr[]) => void,
): void {
  const { rows, columns, ic } = shape;
  const right = { right: PATCH_RESULTS * ic, down: PATCH_RESULTS * columns.input * ic };
  for (const down of plan.down) {
    for (const across of plan.right) {
      const block = { down, right: across };
      const pixel = firstPixel(rows, down.start) * columns.input + firstPixel(columns, across.start);
      const first = [
        k.pointerAt('src', src, pixel * ic * FLOAT_BYTES),
        ...others.map((ptr, i) =>
          k.pointerAt(
            ptr.role,
            ptr,
            (down.start * steps[i]!.down + across.start * steps[i]!.right) * FLOAT_BYTES,
          ),
        ),
      ];
      const moves = [right, ...steps];
      const levels = [
        { count: down.count, strides: moves.map((step) => down.patches * step.down * FLOAT_BYTES) },
        { count: across.count, strides: moves.map((step) => across.patches * step.right * FLOAT_BYTES) },
      ];
      nest(k, levels, first, ([s, ...at]) => body(block, s!, at));
    }
  }
}

/**
 * Calls `body` for the patches of a block, run after run of equal ones, with pointers moved to the patch. `steps` are
 * those of the pointers.
 */
export function forPatches(
  k: KernelBuilder,
  { down, right }: Block,
  pointers: readonly Ptr[],
  steps: readonly PatchStep[],
  body: (pointers: readonly Ptr[], rows: PatchRun, columns: PatchRun) => void,
): void {
  for (const rows of down.runs) {
    for (const columns of right.runs) {
      const first = pointers.map((ptr, i) =>
        k.pointerAt(
          ptr.role,
          ptr,
          (rows.start * steps[i]!.down + columns.start * steps[i]!.right) * FLOAT_BYTES,
        ),
      );
      const levels = [
        { count: rows.count, strides: steps.map((step) => step.down * FLOAT_BYTES) },
        { count: columns.count, strides: steps.map((step) => step.right * FLOAT_BYTES) },
      ];
      nest(k, levels, first, (at) => body(at, rows, columns));
    }
  }
}

/** Writes the transformed patches of a block of the source to `points` [16, patches, ic]. */
export function storeSourcePoints(
  k: KernelBuilder,
  { columns: { input: width }, ic }: WinogradShape,
  block: Block,
  src: Ptr,
  points: Ptr,
): void {
  const steps = [
    { right: PATCH_RESULTS * ic, down: PATCH_RESULTS * width * ic },
    { right: ic, down: block.right.patches * ic },
  ];
  const toPoint = patchesOf(block) * ic * FLOAT_BYTES;
  const bytes = (row: number, column: number) => (row * width + column) * ic * FLOAT_BYTES;
  const [firstRow, firstColumn] = [block.down.runs[0]!.first, block.right.runs[0]!.first];
  forPatches(k, block, [src, points], steps, ([from, to], rows, columns) => {
    const s = k.pointerAt('src', from!, bytes(rows.first - firstRow, columns.first - firstColumn));
    const p = k.pointerAt('points', to!);
    forVectors(k, ic, [s, p], (count) => {
      const read = (row: number, column: number) =>
        isInside(rows, row) && isInside(columns, column)
          ? k.load(s, bytes(row - rows.first, column - columns.first), count)
          : null;
      transformSource(k, read, storePoint(k, p, toPoint, count));
    });
  });
}

function isInside({ first, end }: PatchRun, pixel: number): boolean {
  return pixel >= first && pixel < end;
}

/** Stores each point of a patch `toPoint` bytes after the last one. */
export function storePoint(k: KernelBuilder, points: Ptr, toPoint: number, count: number): WriteCell {
  return (row, column, value) =>
    k.store(value ?? k.constant(0), points, (PATCH_PIXELS * row + column) * toPoint, count);
}

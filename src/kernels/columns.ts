/** @file Walking the columns of a product: blocks of output channels as wide as a tile, equal ones in a loop. */

import type { KernelBuilder } from './builder.ts';
import type { BoundEpilogue } from './epilogue.ts';
import { FLOAT_BYTES, type Ptr } from './ir.ts';
import { nest } from './nest.ts';

interface Block {
  /** Floats of each vector: all lanes, or fewer for the last vector of a row. */
  readonly vectors: readonly number[];
  /** How many such blocks follow one another. */
  count: number;
}

/** For each vector of a row of `width` floats, how many floats it holds: all lanes, or fewer for the last vector. */
export function vectorsOf(width: number, lanes: number): number[] {
  return Array.from({ length: Math.ceil(width / lanes) }, (_, v) => Math.min(lanes, width - v * lanes));
}

/** Blocks of at most `limit` vectors that cover `width` floats, about equally wide. */
function columnBlocks(width: number, lanes: number, limit: number): Block[] {
  const all = vectorsOf(width, lanes);
  const total = Math.ceil(all.length / limit);
  const blocks: Block[] = [];
  let next = 0;
  for (let i = 0; i < total; i++) {
    const vectors = all.slice(next, next + Math.ceil((all.length - next) / (total - i)));
    next += vectors.length;
    const last = blocks.at(-1);
    const same = last !== undefined && last.vectors.length === vectors.length && vectors.at(-1) === lanes;
    if (same) last.count++;
    else blocks.push({ vectors, count: 1 });
  }
  return blocks;
}

/**
 * Calls `body` for each block of columns with pointers moved to the block. `pointers` point at the first column; their
 * rows may have any stride. The pointers of an epilogue's operands with one number per channel move too.
 */
export function forColumns(
  k: KernelBuilder,
  options: {
    readonly width: number;
    readonly limit: number;
    readonly bound?: BoundEpilogue | null;
    /** Floats by which each pointer moves for an element of width; 1 when left out. */
    readonly scales?: readonly number[];
  },
  pointers: readonly Ptr[],
  body: (pointers: readonly Ptr[], vectors: readonly number[], bound: BoundEpilogue | null) => void,
): void {
  const { width, limit, bound = null, scales } = options;
  const operands = bound?.pointers ?? [];
  const moves = (floats: number) => [
    ...pointers.map((_, i) => floats * (scales?.[i] ?? 1) * FLOAT_BYTES),
    ...operands.map((_, i) => (bound!.epilogue.operands[i]!.kind === 'channel' ? floats * FLOAT_BYTES : 0)),
  ];
  let start = 0;
  for (const { vectors, count } of columnBlocks(width, k.lanes, limit)) {
    const floats = vectors.reduce((sum, lanes) => sum + lanes, 0);
    const offsets = moves(start);
    const first = [...pointers, ...operands].map((ptr, i) => k.pointerAt(ptr.role, ptr, offsets[i]!));
    nest(k, [{ count, strides: moves(floats) }], first, (at) => {
      const moved = bound === null ? null : { ...bound, pointers: at.slice(pointers.length) };
      body(at.slice(0, pointers.length), vectors, moved);
    });
    start += floats * count;
  }
}

/**
 * @file How a map is walked by Winograd's convolution: in patches of 4 × 4 source pixels, each of which gives 2 × 2
 * results, and in blocks of patches whose transformed numbers fit into the second-level cache.
 */

import { FLOAT_BYTES, type VectorTarget } from './ir.ts';

/** Results of a patch along each axis, and source pixels that they need. */
export const PATCH_RESULTS = 2;
export const PATCH_PIXELS = 4;
/** Numbers of a transformed patch, for each channel. */
export const POINTS = PATCH_PIXELS * PATCH_PIXELS;

/** One axis of a 3 × 3 convolution of stride 1: extents of source and result, zeros before the source. */
export interface PatchAxis {
  readonly input: number;
  readonly output: number;
  readonly before: number;
}

/** A 3 × 3 convolution of stride 1. */
export interface WinogradShape {
  readonly rows: PatchAxis;
  readonly columns: PatchAxis;
  readonly ic: number;
  readonly oc: number;
}

/** `74x74x32_72x72x64`, with the zeros before the source where there are any. */
export function winogradName({ rows, columns, ic, oc }: WinogradShape): string {
  const border = rows.before === 0 && columns.before === 0 ? '' : `_b${rows.before}x${columns.before}`;
  return `${rows.input}x${columns.input}x${ic}_${rows.output}x${columns.output}x${oc}${border}`;
}

/** Neighbouring patches along an axis that have the same pixels inside of the map, and the same results. */
export interface PatchRun {
  /** Place of the first patch in its block. */
  readonly start: number;
  readonly count: number;
  /** The pixels of a patch that lie inside of the map: from `first` on, before `end`. */
  readonly first: number;
  readonly end: number;
  /** 1 or 2 results inside of the map. */
  readonly results: number;
}

/** Equal blocks along an axis that follow one another. */
export interface BlockRun {
  /** The first patch. */
  readonly start: number;
  /** Blocks. */
  readonly count: number;
  /** Patches of each block. */
  readonly patches: number;
  readonly runs: readonly PatchRun[];
}

/** How the patches of a map are walked. */
export interface PatchPlan {
  readonly down: readonly BlockRun[];
  readonly right: readonly BlockRun[];
  /** Patches of the largest block. */
  readonly blockPatches: number;
}

/** Cuts the map into blocks. `wholeOnly`: only patches with 2 × 2 results, as a pooling of such windows needs. */
export function planPatches(
  { rows, columns, ic, oc }: WinogradShape,
  target: VectorTarget,
  wholeOnly: boolean,
): PatchPlan {
  const count = ({ output }: PatchAxis) =>
    wholeOnly ? Math.floor(output / PATCH_RESULTS) : Math.ceil(output / PATCH_RESULTS);
  const [high, wide] = [count(rows), count(columns)];
  const room = Math.max(1, Math.floor(target.l2Bytes / 2 / (POINTS * (ic + oc) * FLOAT_BYTES)));
  const blockWide = Math.ceil(wide / Math.ceil(wide / Math.min(room, wide)));
  const rowsAtOnce = Math.min(high, Math.max(1, Math.floor(room / blockWide)));
  const blockHigh = Math.ceil(high / Math.ceil(high / rowsAtOnce));
  return {
    down: blockRuns(rows, high, blockHigh),
    right: blockRuns(columns, wide, blockWide),
    blockPatches: blockHigh * blockWide,
  };
}

/** The first pixel of a patch that lies inside of the map. */
export function firstPixel({ before }: PatchAxis, patch: number): number {
  return Math.max(PATCH_RESULTS * patch - before, 0);
}

function blockRuns(axis: PatchAxis, patches: number, limit: number): BlockRun[] {
  const blocks: { -readonly [K in keyof BlockRun]: BlockRun[K] }[] = [];
  for (let start = 0; start < patches; start += limit) {
    const size = Math.min(limit, patches - start);
    const runs = patchRuns(axis, start, size);
    const last = blocks.at(-1);
    if (last !== undefined && JSON.stringify(last.runs) === JSON.stringify(runs)) last.count++;
    else blocks.push({ start, count: 1, patches: size, runs });
  }
  return blocks;
}

function patchRuns(axis: PatchAxis, from: number, size: number): PatchRun[] {
  const runs: { -readonly [K in keyof PatchRun]: PatchRun[K] }[] = [];
  for (let start = 0; start < size; start++) {
    const origin = PATCH_RESULTS * (from + start) - axis.before;
    const first = Math.min(Math.max(-origin, 0), PATCH_PIXELS);
    const end = Math.max(Math.min(axis.input - origin, PATCH_PIXELS), first);
    const results = Math.min(PATCH_RESULTS, axis.output - PATCH_RESULTS * (from + start));
    const last = runs.at(-1);
    if (last?.first === first && last.end === end && last.results === results) last.count++;
    else runs.push({ start, count: 1, first, end, results });
  }
  return runs;
}

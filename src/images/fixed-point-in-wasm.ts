/** @file Resampling bytes with weights in fixed point in WebAssembly: how an image gets in and out. */

import { placesRead, type Taps } from './resample.ts';
import { ENTRY_BYTES, SLACK_BYTES } from './resize-code.ts';
import { type ResizeKernels, resizeKernels } from './resize-kernels.ts';

/** Bytes to resample: pixels `[rows, columns, channels]` with 1 to 4 channels. */
export interface FixedPointWork {
  readonly source: Uint8Array;
  readonly columns: number;
  readonly channels: number;
  /** Of the result's columns and rows; null for an axis that stays as it is. The weights have FIXED_BITS binary places. */
  readonly across: Taps | null;
  readonly down: Taps | null;
}

const WEIGHT_BYTES = 4;

/** Places in memory, one behind the other. */
class Places {
  end = 0;

  /** So many bytes at a multiple of four, with some behind them. */
  take(bytes: number): number {
    const at = this.end;
    this.end = (at + bytes + SLACK_BYTES + 3) & ~3;
    return at;
  }
}

function layOut({ source, columns, channels, across, down }: FixedPointWork) {
  const places = new Places();
  const rowBytes = columns * channels;
  const wideBytes = (across?.first.length ?? columns) * channels;
  const rows = source.length / rowBytes;
  const weights = (taps: Taps | null) => places.take((taps?.weights.length ?? 0) * WEIGHT_BYTES);
  return {
    ...{ rowBytes, wideBytes, rows },
    entries: places.take((across?.first.length ?? 0) * ENTRY_BYTES),
    acrossWeights: weights(across),
    downWeights: weights(down),
    row: places.take(rowBytes),
    wide: places.take(rows * wideBytes),
    out: places.take((down?.first.length ?? 0) * wideBytes),
    bytes: places.end,
  };
}

/** The entries of `emitAcross`. */
function writeEntries(
  buffer: ArrayBuffer,
  at: number,
  weightsAt: number,
  taps: Taps,
  channels: number,
): void {
  const { first, counts, stride } = taps;
  const entries = new Int32Array(buffer, at, (first.length * ENTRY_BYTES) / 4);
  for (let i = 0, o = 0; i < first.length; i++, o += 3) {
    const begin = weightsAt + i * stride * WEIGHT_BYTES;
    entries[o] = first[i]! * channels;
    entries[o + 1] = begin;
    entries[o + 2] = begin + counts[i]! * WEIGHT_BYTES;
  }
}

type Layout = ReturnType<typeof layOut>;

/** Makes the rows that are read as wide as the result's. */
function makeWide(
  kernels: ResizeKernels,
  at: Layout,
  { source, channels, across, down }: FixedPointWork,
): void {
  const { buffer } = kernels.memory;
  const memory = new Uint8Array(buffer);
  let entriesEnd = at.entries;
  if (across !== null) {
    new Int32Array(buffer, at.acrossWeights).set(across.weights);
    writeEntries(buffer, at.entries, at.acrossWeights, across, channels);
    entriesEnd += across.first.length * ENTRY_BYTES;
  }
  const read = down === null ? null : placesRead(down, at.rows);
  for (let row = 0; row < at.rows; row++) {
    if (read?.[row] === 0) continue;
    const pixels = source.subarray(row * at.rowBytes, (row + 1) * at.rowBytes);
    const wide = at.wide + row * at.wideBytes;
    memory.set(pixels, across === null ? wide : at.row);
    if (across !== null) kernels.fixedPointAcross(at.entries, entriesEnd, at.row, wide, channels);
  }
}

/** Makes the result's rows of the wide ones. */
function makeResult(kernels: ResizeKernels, at: Layout, { first, counts, weights, stride }: Taps): void {
  new Int32Array(kernels.memory.buffer, at.downWeights).set(weights);
  for (let y = 0; y < first.length; y++) {
    const begin = at.downWeights + y * stride * WEIGHT_BYTES;
    const end = begin + counts[y]! * WEIGHT_BYTES;
    const from = at.wide + first[y]! * at.wideBytes;
    const out = at.out + y * at.wideBytes;
    kernels.fixedPointDown(begin, end, from, at.wideBytes, out, out + at.wideBytes);
  }
}

/** The result, with the bits of resampleInScript. Null where WebAssembly is missing, and for what takes too much memory. */
export function resampleInWasm(work: FixedPointWork): Uint8Array | null {
  const { down } = work;
  const at = layOut(work);
  const kernels = resizeKernels(at.bytes);
  if (kernels === null) return null;
  makeWide(kernels, at, work);
  if (down !== null) makeResult(kernels, at, down);
  const [begin, rows] = down === null ? [at.wide, at.rows] : [at.out, down.first.length];
  return new Uint8Array(kernels.memory.buffer.slice(begin, begin + rows * at.wideBytes));
}

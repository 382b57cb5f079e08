/** @file Resizing where each result reads two places at most along each axis, as bilinear resizing does, in one pass. */

import type { Taps } from './resample.ts';

/** Both places of each result, times `step`, and how much of each. */
interface Pairs {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly weights: Float64Array;
}

/** The taps as pairs; null for those that read more places, or count in fixed point. */
function pairsOf({ first, counts, weights, stride, fixedBits }: Taps, step: number): Pairs | null {
  if (stride !== 2 || fixedBits > 0) return null;
  return {
    first: first.map((place) => place * step),
    // One place alone is read twice, the second time with weight 0.
    second: first.map((place, i) => (place + counts[i]! - 1) * step),
    weights,
  };
}

/** One row of the source, which begins at `from`, at its new width. RGB is written out, which is faster than a loop. */
function resizeRow(
  source: Uint8Array,
  from: number,
  { first, second, weights }: Pairs,
  channels: number,
  out: Float32Array,
): void {
  for (let x = 0, o = 0; x < first.length; x++, o += channels) {
    const a = from + first[x]!;
    const b = from + second[x]!;
    const near = weights[2 * x]!;
    const far = weights[2 * x + 1]!;
    if (channels === 3) {
      out[o] = source[a]! * near + source[b]! * far;
      out[o + 1] = source[a + 1]! * near + source[b + 1]! * far;
      out[o + 2] = source[a + 2]! * near + source[b + 2]! * far;
    } else {
      for (let c = 0; c < channels; c++) out[o + c] = source[a + c]! * near + source[b + c]! * far;
    }
  }
}

/**
 * The image [rows, columns, channels], `width` columns wide, resized: first along rows, whose results are rounded to float32, then
 * along columns. Null when the taps are no pairs.
 */
export function resampleByPairs(
  source: Uint8Array,
  across: Taps,
  down: Taps,
  width: number,
  channels: number,
): Float32Array | null {
  const columns = pairsOf(across, channels);
  const rows = pairsOf(down, width * channels);
  if (columns === null || rows === null) return null;
  const size = columns.first.length * channels;
  const out = new Float32Array(rows.first.length * size);
  // The two rows that were needed last, and where they begin in the source.
  let [upper, lower] = [new Float32Array(size), new Float32Array(size)];
  let [upperFrom, lowerFrom] = [-1, -1];
  for (let y = 0, o = 0; y < rows.first.length; y++) {
    const [a, b] = [rows.first[y]!, rows.second[y]!];
    if (a === lowerFrom) {
      [upper, lower] = [lower, upper];
      [upperFrom, lowerFrom] = [lowerFrom, upperFrom];
    }
    if (a !== upperFrom) resizeRow(source, a, columns, channels, upper);
    upperFrom = a;
    if (b !== a && b !== lowerFrom) {
      resizeRow(source, b, columns, channels, lower);
      lowerFrom = b;
    }
    const other = b === a ? upper : lower;
    const near = rows.weights[2 * y]!;
    const far = rows.weights[2 * y + 1]!;
    for (let i = 0; i < size; i++, o++) out[o] = upper[i]! * near + other[i]! * far;
  }
  return out;
}

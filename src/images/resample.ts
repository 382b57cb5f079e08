/** @file Resampling along rows and columns with given weights. */

import type { Span } from '../base/resize-spans.ts';

/** For each place of a result: its first source place, and how much of each source place from there on. */
export interface Taps {
  readonly first: Int32Array;
  readonly counts: Int32Array;
  /** Those of result place `i` begin at `i * stride`. */
  readonly weights: Float64Array;
  readonly stride: number;
  /** The weights are whole numbers with this many binary places behind the point, and so results are rounded; or 0. */
  readonly fixedBits: number;
}

/** The taps of an axis with `to` places. */
export function tapsOf(to: number, spanAt: (place: number) => Span): Taps {
  const spans = Array.from({ length: to }, (_, place) => spanAt(place));
  const stride = Math.max(...spans.map(({ weights }) => weights.length));
  const weights = new Float64Array(to * stride);
  for (const [i, span] of spans.entries()) weights.set(span.weights, i * stride);
  return {
    first: Int32Array.from(spans, ({ first }) => first),
    counts: Int32Array.from(spans, (span) => span.weights.length),
    weights,
    stride,
    fixedBits: 0,
  };
}

/** The taps with weights in fixed point, rounded away from zero. */
export function inFixedPoint(taps: Taps, bits: number): Taps {
  const one = 2 ** bits;
  const weights = taps.weights.map((w) => Math.trunc(w < 0 ? w * one - 0.5 : w * one + 0.5));
  return { ...taps, weights, fixedBits: bits };
}

/** Bytes for results in fixed point, which are clipped to 0 … 255, else floats. */
function resultOf(size: number, { fixedBits }: Taps): Uint8ClampedArray | Float32Array {
  return fixedBits > 0 ? new Uint8ClampedArray(size) : new Float32Array(size);
}

/** What is added before the places behind the point are cut off. */
function halfOf({ fixedBits }: Taps): number {
  return fixedBits > 0 ? 2 ** (fixedBits - 1) : 0;
}

/** The clipped bytes as plain ones. */
function unclamped(data: Uint8ClampedArray | Float32Array): Uint8Array | Float32Array {
  return data instanceof Float32Array ? data : new Uint8Array(data.buffer);
}

/** Where a row begins in the source and in the result. */
interface RowPlace {
  readonly source: Uint8Array | Float32Array;
  readonly from: number;
  readonly out: Uint8ClampedArray | Float32Array;
  readonly to: number;
}

/** RGB has a loop of its own, twice as fast. */
function resampleRgbRow({ source, from, out, to }: RowPlace, taps: Taps): void {
  const { first, counts, weights, stride, fixedBits } = taps;
  const half = halfOf(taps);
  for (let x = 0, o = to; x < first.length; x++, o += 3) {
    let at = from + first[x]! * 3;
    const end = x * stride + counts[x]!;
    let red = half;
    let green = half;
    let blue = half;
    for (let k = x * stride; k < end; k++, at += 3) {
      const weight = weights[k]!;
      red += source[at]! * weight;
      green += source[at + 1]! * weight;
      blue += source[at + 2]! * weight;
    }
    out[o] = fixedBits > 0 ? red >> fixedBits : red;
    out[o + 1] = fixedBits > 0 ? green >> fixedBits : green;
    out[o + 2] = fixedBits > 0 ? blue >> fixedBits : blue;
  }
}

function resampleAnyRow({ source, from, out, to }: RowPlace, taps: Taps, channels: number): void {
  const { first, counts, weights, stride, fixedBits } = taps;
  const half = halfOf(taps);
  for (let x = 0, o = to; x < first.length; x++) {
    const start = from + first[x]! * channels;
    const end = x * stride + counts[x]!;
    for (let c = 0; c < channels; c++, o++) {
      let sum = half;
      for (let k = x * stride, at = start + c; k < end; k++, at += channels) {
        sum += source[at]! * weights[k]!;
      }
      out[o] = fixedBits > 0 ? sum >> fixedBits : sum;
    }
  }
}

/** 1 for each of `from` source places that the taps read. */
export function placesRead({ first, counts }: Taps, from: number): Uint8Array {
  const read = new Uint8Array(from);
  for (const [i, place] of first.entries()) read.fill(1, place, place + counts[i]!);
  return read;
}

/** Resizes the middle axis of `[rows, from, channels]`, in the rows for which `wanted` is not 0. */
export function resampleRows(
  source: Uint8Array | Float32Array,
  taps: Taps,
  wanted: Uint8Array,
  from: number,
  channels: number,
): Uint8Array | Float32Array {
  const rowSize = taps.first.length * channels;
  const out = resultOf(wanted.length * rowSize, taps);
  for (let row = 0; row < wanted.length; row++) {
    if (wanted[row] === 0) continue;
    const place = { source, from: row * from * channels, out, to: row * rowSize };
    if (channels === 3) resampleRgbRow(place, taps);
    else resampleAnyRow(place, taps, channels);
  }
  return unclamped(out);
}

/** Resizes the first axis of `[from, inner]`. */
export function resampleColumns(
  source: Uint8Array | Float32Array,
  taps: Taps,
  inner: number,
): Uint8Array | Float32Array {
  const { first, counts, weights, stride, fixedBits } = taps;
  const to = first.length;
  const out = resultOf(to * inner, taps);
  const sums = new Float64Array(inner);
  for (let y = 0; y < to; y++) {
    sums.fill(halfOf(taps));
    for (let k = 0; k < counts[y]!; k++) {
      const weight = weights[y * stride + k]!;
      const start = (first[y]! + k) * inner;
      for (let i = 0; i < inner; i++) sums[i] = sums[i]! + source[start + i]! * weight;
    }
    for (let i = 0, o = y * inner; i < inner; i++, o++) {
      out[o] = fixedBits > 0 ? sums[i]! >> fixedBits : sums[i]!;
    }
  }
  return unclamped(out);
}

/** @file Bilinear resizing in JavaScript, with the arithmetic of TensorFlow (resize_bilinear_op.cc), which is all in float32. */

import type { BilinearPlaces, BilinearWork } from './bilinear-places.ts';

const single = Math.fround;

/** One row of the source, which begins at `from`, at its new width. RGB is written out, which is faster than a loop. */
function resizeRow(
  source: Uint8Array,
  from: number,
  { before, after, part }: BilinearPlaces,
  channels: number,
  out: Float32Array,
): void {
  // Differences of bytes are exact.
  const between = (a: number, b: number, way: number) => a + single((b - a) * way);
  for (let x = 0, o = 0; x < before.length; x++, o += channels) {
    const a = from + before[x]! * channels;
    const b = from + after[x]! * channels;
    const way = part[x]!;
    if (channels === 3) {
      out[o] = between(source[a]!, source[b]!, way);
      out[o + 1] = between(source[a + 1]!, source[b + 1]!, way);
      out[o + 2] = between(source[a + 2]!, source[b + 2]!, way);
    } else {
      for (let c = 0; c < channels; c++) out[o + c] = between(source[a + c]!, source[b + c]!, way);
    }
  }
}

/** The image resized. */
export function resizeInScript(work: BilinearWork): Uint8Array | Float32Array {
  const { source, columns, channels, down, across, dtype } = work;
  const size = across.before.length * channels;
  const step = columns * channels;
  const numbers = down.before.length * size;
  const out = dtype === 'uint8' ? new Uint8ClampedArray(numbers) : new Float32Array(numbers);
  // The two rows that were needed last, and which ones they are.
  let [upper, lower] = [new Float32Array(size), new Float32Array(size)];
  let [upperRow, lowerRow] = [-1, -1];
  for (let y = 0, o = 0; y < down.before.length; y++) {
    const [a, b] = [down.before[y]!, down.after[y]!];
    if (a === lowerRow) {
      [upper, lower] = [lower, upper];
      [upperRow, lowerRow] = [lowerRow, upperRow];
    }
    if (a !== upperRow) resizeRow(source, a * step, across, channels, upper);
    upperRow = a;
    if (b !== a && b !== lowerRow) {
      resizeRow(source, b * step, across, channels, lower);
      lowerRow = b;
    }
    const other = b === a ? upper : lower;
    const way = down.part[y]!;
    for (let i = 0; i < size; i++, o++) {
      const near = upper[i]!;
      out[o] = single(near + single(single(other[i]! - near) * way));
    }
  }
  return out instanceof Float32Array ? out : new Uint8Array(out.buffer);
}

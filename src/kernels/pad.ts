/** @file Copies of maps [h, w, c] into a border of zeros, and out of one. */

import { type Shape, sampleShape } from '../base/shape.ts';
import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { fillZeros, forVectors, nest, sampleLevel } from './nest.ts';

/** Rows and columns around a map. */
export interface Border {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** Where a map is: elements from the buffer's start to the first pixel, and from a row and a sample to the next. */
export interface Place {
  readonly origin: number;
  readonly down: number;
  readonly sample: number;
}

/** Extents of a map. */
interface MapExtents {
  readonly rows: number;
  readonly width: number;
  readonly channels: number;
}

/** The place of a map inside of a larger one. */
export function borderedPlace(
  { rows, width, channels }: MapExtents,
  { top, bottom, left, right }: Border,
): Place {
  const down = (left + width + right) * channels;
  return { origin: top * down + left * channels, down, sample: (top + rows + bottom) * down };
}

/** Writes zeros around a map: above and left of its first row, between rows, after the last. `map`: the larger map's start. */
export function fillBorder(k: KernelBuilder, map: MapExtents, border: Border, start: Ptr): void {
  const { origin, down, sample } = borderedPlace(map, border);
  const row = map.width * map.channels;
  const last = origin + (map.rows - 1) * down + row;
  fillZeros(k, start, origin);
  if (down > row) {
    const first = k.pointerAt('gap', start, (origin + row) * FLOAT_BYTES);
    nest(k, [{ count: map.rows - 1, strides: [down * FLOAT_BYTES] }], [first], ([gap]) =>
      fillZeros(k, gap!, down - row),
    );
  }
  fillZeros(k, k.pointerAt('behind', start, last * FLOAT_BYTES), sample - last);
}

interface PadOptions {
  readonly shape: Shape;
  readonly border: Border;
  readonly target: VectorTarget;
}

/** Copies `rows` rows of `width` floats; strides in floats. */
function copyRows(
  k: KernelBuilder,
  src: Ptr,
  dst: Ptr,
  rows: number,
  width: number,
  strides: readonly [number, number],
): void {
  nest(k, [{ count: rows, strides: strides.map((stride) => stride * FLOAT_BYTES) }], [src, dst], ([s, d]) => {
    const from = k.pointerAt('from', s!);
    const to = k.pointerAt('to', d!);
    forVectors(k, width, [from, to], (count) => k.store(k.load(from, 0, count), to, 0, count));
  });
}

/** Copies the map at `src` into a border of zeros at `dst`. */
export function copyIntoBorder(k: KernelBuilder, map: MapExtents, border: Border, src: Ptr, dst: Ptr): void {
  const { origin, down } = borderedPlace(map, border);
  const row = map.width * map.channels;
  fillBorder(k, map, border, dst);
  copyRows(k, src, k.pointerAt('inside', dst, origin * FLOAT_BYTES), map.rows, row, [row, down]);
}

/** Pointers: src [h, w, c], dst with the border around. */
export function padKernel({ shape, border, target }: PadOptions): Kernel {
  const [rows, width, channels] = sampleShape(shape) as [number, number, number];
  const k = new KernelBuilder(
    `pad_${sampleShape(shape).join('x')}_${Object.values(border).join('_')}`,
    target,
  );
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const map = { rows, width, channels };
  const { sample } = borderedPlace(map, border);
  nest(k, [sampleLevel(k.count('samples'), [rows * width * channels, sample])], [src, dst], ([s, d]) =>
    copyIntoBorder(k, map, border, s!, d!),
  );
  return k.finish();
}

/** Pointers: src with the border around, dst without. */
export function cropKernel({ shape, border, target }: PadOptions): Kernel {
  const [h, w, channels] = sampleShape(shape) as [number, number, number];
  const rows = h - border.top - border.bottom;
  const width = w - border.left - border.right;
  const k = new KernelBuilder(`crop_${h}x${w}x${channels}_${Object.values(border).join('_')}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const { origin, down, sample } = borderedPlace({ rows, width, channels }, border);
  const row = width * channels;
  nest(k, [sampleLevel(k.count('samples'), [sample, rows * row])], [src, dst], ([s, d]) =>
    copyRows(k, k.pointerAt('inside', s!, origin * FLOAT_BYTES), d!, rows, row, [down, row]),
  );
  return k.finish();
}

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

/** Pointers: src [h, w, c], dst with the border around. */
export function padKernel({ shape, border, target }: PadOptions): Kernel {
  const [h, w, c] = sampleShape(shape) as [number, number, number];
  const outerWidth = (w + border.left + border.right) * c;
  const outerSize = (h + border.top + border.bottom) * outerWidth;
  const k = new KernelBuilder(`pad_${h}x${w}x${c}_${Object.values(border).join('_')}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  nest(k, [sampleLevel(k.count('samples'), [h * w * c, outerSize])], [src, dst], ([s, d]) => {
    fillZeros(k, d!, outerSize);
    const inside = k.pointerAt('inside', d!, (border.top * outerWidth + border.left * c) * FLOAT_BYTES);
    copyRows(k, s!, inside, h, w * c, [w * c, outerWidth]);
  });
  return k.finish();
}

/** Pointers: src with the border around, dst without. */
export function cropKernel({ shape, border, target }: PadOptions): Kernel {
  const [h, w, c] = sampleShape(shape) as [number, number, number];
  const rows = h - border.top - border.bottom;
  const width = (w - border.left - border.right) * c;
  const k = new KernelBuilder(`crop_${h}x${w}x${c}_${Object.values(border).join('_')}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  nest(k, [sampleLevel(k.count('samples'), [h * w * c, rows * width])], [src, dst], ([s, d]) => {
    const inside = k.pointerAt('inside', s!, (border.top * w + border.left) * c * FLOAT_BYTES);
    copyRows(k, inside, d!, rows, width, [w * c, width]);
  });
  return k.finish();
}

/** @file Resizing images exactly as Pillow does (src/libImaging/Geometry.c and Resample.c), which Keras' load_img uses. */

import { ValueError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { checkImage } from './pixels.ts';

/**
 * How a pixel of the result is found. `nearest`: the source pixel under its centre. `bilinear`: pixel centres lie at
 * half coordinates; a triangle filter that widens when shrinking, so that every source pixel counts (antialiasing).
 */
export type Interpolation = 'nearest' | 'bilinear';

export const INTERPOLATIONS: readonly Interpolation[] = ['nearest', 'bilinear'];

// Pillow's fixed point: 8 bits for the pixel, 2 bits of headroom, the rest for the weight.
const PRECISION = 22;

function resizeNearest(image: Tensor, height: number, width: number): Uint8Array {
  const [sourceHeight, sourceWidth, channels] = image.shape as [number, number, number];
  // Pillow adds the step again and again, and the rounding of that sum decides ties. So this code adds too, and does
  // not multiply.
  const places = (from: number, to: number) => {
    const step = from / to;
    let at = step * 0.5;
    return Int32Array.from({ length: to }, () => {
      const place = Math.min(Math.trunc(at), from - 1);
      at += step;
      return place;
    });
  };
  const columns = places(sourceWidth, width);
  const rows = places(sourceHeight, height);
  const out = new Uint8Array(height * width * channels);
  let o = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * sourceWidth + column) * channels;
      for (let c = 0; c < channels; c++) out[o++] = image.data[from + c]!;
    }
  }
  return out;
}

/** For each place of the result: the first source place and the fixed-point weights from there on. */
function triangleWeights(from: number, to: number): { first: number; weights: Int32Array }[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, place) => {
    const center = (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const raw = Array.from({ length: end - first }, (_, i) =>
      Math.max(0, 1 - Math.abs((i + first - center + 0.5) / support)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    const weights = Int32Array.from(raw, (weight) => Math.trunc(0.5 + (weight / sum) * 2 ** PRECISION));
    return { first, weights };
  });
}

/** Resizes the middle axis of `[outer, from, inner]` to `to`. */
function resizeAxis(data: Uint8Array, outer: number, from: number, inner: number, to: number): Uint8Array {
  if (from === to) return data;
  const table = triangleWeights(from, to);
  const out = new Uint8Array(outer * to * inner);
  let o = 0;
  for (let row = 0; row < outer; row++) {
    for (const { first, weights } of table) {
      const start = (row * from + first) * inner;
      for (let i = 0; i < inner; i++) {
        let sum = 1 << (PRECISION - 1);
        for (let k = 0, at = start + i; k < weights.length; k++, at += inner) sum += data[at]! * weights[k]!;
        out[o++] = Math.min(255, sum >> PRECISION);
      }
    }
  }
  return out;
}

/** Multiplies colours by alpha (the last channel), so that transparent pixels do not bleed into their neighbours. */
function premultiply(data: Uint8Array, channels: number): Uint8Array {
  return data.map((value, i) => {
    const last = i - (i % channels) + channels - 1;
    if (i === last) return value;
    const product = value * data[last]! + 128;
    return ((product >> 8) + product) >> 8;
  });
}

function unpremultiply(data: Uint8Array, channels: number): Uint8Array {
  return data.map((value, i) => {
    const last = i - (i % channels) + channels - 1;
    const alpha = data[last]!;
    return i === last || alpha === 0 || alpha === 255
      ? value
      : Math.min(255, Math.trunc((255 * value) / alpha));
  });
}

function resizeBilinear(image: Tensor, height: number, width: number): Uint8Array {
  const [sourceHeight, sourceWidth, channels] = image.shape as [number, number, number];
  const hasAlpha = channels % 2 === 0;
  const source = image.data as Uint8Array;
  const wide = resizeAxis(
    hasAlpha ? premultiply(source, channels) : source,
    sourceHeight,
    sourceWidth,
    channels,
    width,
  );
  const done = resizeAxis(wide, 1, sourceHeight, width * channels, height);
  return hasAlpha ? unpremultiply(done, channels) : done;
}

/** Throws ValueError unless `size` is `[height, width]`. */
export function checkSize(size: readonly number[], who: string): void {
  if (size.length === 2 && size.every((extent) => Number.isSafeInteger(extent) && extent > 0)) return;
  throw new ValueError(
    `${who}: the size must be [height, width] in whole pixels, received [${size.join(', ')}].`,
  );
}

/**
 * The image (uint8 `[h, w, 1 … 4]`; of 2 or 4 channels the last is alpha) at another size.
 *
 * @param size `[height, width]` of the result.
 * @throws ShapeError, ValueError.
 */
export function resizeImage(image: Tensor, size: readonly number[], interpolation: Interpolation): Tensor {
  checkImage(image, 'resizeImage');
  checkSize(size, 'resizeImage');
  const [height, width] = size;
  const [sourceHeight, sourceWidth, channels] = image.shape as [number, number, number];
  if (sourceHeight === height && sourceWidth === width) return image;
  const resize = interpolation === 'nearest' ? resizeNearest : resizeBilinear;
  return new Tensor([height!, width!, channels], 'uint8', resize(image, height!, width!));
}

/** @file Resizing exactly as Pillow does (src/libImaging/Geometry.c and Resample.c), which Keras' load_img uses. */

import { Tensor } from '../base/tensor.ts';
import { resampleInScript } from './fixed-point-in-script.ts';
import { resampleInWasm } from './fixed-point-in-wasm.ts';
import { FIXED_BITS } from './fixed-point-kernels.ts';
import { inFixedPoint, type Taps, tapsOf } from './resample.ts';

interface Filter {
  /** How far a source pixel reaches, in pixels of the source (of the result when shrinking). */
  readonly support: number;
  readonly weight: (x: number) => number;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}

/** Keys' cubic with a = -0.5. */
function cubic(x: number): number {
  const at = Math.abs(x);
  if (at < 1) return (1.5 * at - 2.5) * at * at + 1;
  return at < 2 ? (((at - 5) * at + 8) * at - 4) * -0.5 : 0;
}

const FILTERS = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  hamming: {
    support: 1,
    weight: (x) => (Math.abs(x) >= 1 ? 0 : sinc(x) * (0.54 + 0.46 * Math.cos(Math.abs(x) * Math.PI))),
  },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
} satisfies Record<string, Filter>;

/**
 * How Pillow finds a pixel of the result. `nearest`: the source pixel under its centre. The others weigh the pixels
 * around; their filters widen when shrinking, so that every source pixel counts (antialiasing).
 */
export type Interpolation = 'nearest' | keyof typeof FILTERS;

export const INTERPOLATIONS = ['nearest', ...Object.keys(FILTERS)] as readonly Interpolation[];

/** A part of an axis; filters also read the pixels next to it. */
interface AxisPart {
  readonly begin: number;
  readonly extent: number;
}

function filterTaps(from: number, part: AxisPart, to: number, { support, weight }: Filter): Taps {
  const scale = part.extent / to;
  const widened = Math.max(scale, 1);
  const reach = support * widened;
  const taps = tapsOf(to, (place) => {
    const center = part.begin + (place + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - reach + 0.5));
    const end = Math.min(from, Math.trunc(center + reach + 0.5));
    const raw = Array.from({ length: end - first }, (_, i) =>
      weight((i + first - center + 0.5) * (1 / widened)),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    return { first, weights: sum === 0 ? raw : raw.map((each) => each / sum) };
  });
  return inFixedPoint(taps, FIXED_BITS);
}

/** Source places under the centres of the result's. */
function nearestPlaces({ begin, extent }: AxisPart, to: number): Int32Array {
  // Pillow adds the step again and again, and the rounding of that sum decides ties. So this code adds too, and does
  // not multiply.
  const step = extent / to;
  let at = begin + step * 0.5;
  return Int32Array.from({ length: to }, () => {
    const place = Math.min(Math.trunc(at), begin + extent - 1);
    at += step;
    return place;
  });
}

/** The pixels where `rows` and `columns` of the source meet. */
export function pickPixels(image: Tensor, rows: Int32Array, columns: Int32Array): Tensor {
  const [, width, channels] = image.shape as [number, number, number];
  const out = new Uint8Array(rows.length * columns.length * channels);
  let o = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[o++] = image.data[from + c]!;
    }
  }
  return new Tensor([rows.length, columns.length, channels], 'uint8', out);
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

/** A part of an image in whole pixels. */
export interface ImagePart {
  readonly top: number;
  readonly left: number;
  readonly rows: number;
  readonly columns: number;
}

/** The image (uint8; of 2 or 4 channels the last is alpha), or a part of it, at another size. */
export function resizeAsPillow(
  image: Tensor,
  [height, width]: readonly [number, number],
  interpolation: Interpolation,
  { top, left, rows, columns }: ImagePart = wholeOf(image),
): Tensor {
  const [fromHeight, fromWidth, channels] = image.shape as [number, number, number];
  if (fromHeight === height && fromWidth === width) return image;
  const down = { begin: top, extent: rows };
  const across = { begin: left, extent: columns };
  if (interpolation === 'nearest') {
    return pickPixels(image, nearestPlaces(down, height), nearestPlaces(across, width));
  }
  const filter = FILTERS[interpolation];
  const hasAlpha = channels % 2 === 0;
  let data = image.data as Uint8Array;
  if (hasAlpha) data = premultiply(data, channels);
  const changesWidth = fromWidth !== width || columns !== width;
  const changesHeight = fromHeight !== height || rows !== height;
  const work = {
    ...{ source: data, columns: fromWidth, channels },
    across: changesWidth ? filterTaps(fromWidth, across, width, filter) : null,
    down: changesHeight ? filterTaps(fromHeight, down, height, filter) : null,
  };
  data = resampleInWasm(work) ?? resampleInScript(work);
  if (hasAlpha) data = unpremultiply(data, channels);
  return new Tensor([height, width, channels], 'uint8', data);
}

function wholeOf(image: Tensor): ImagePart {
  const [rows, columns] = image.shape as [number, number, number];
  return { top: 0, left: 0, rows, columns };
}

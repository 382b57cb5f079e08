/**
 * @file Resizing as Keras' Resizing layer and image_dataset_from_directory do (`tf.image.resize` without
 * antialiasing: resize_bilinear_op.cc, resize_bicubic_op.cc, resize_area_op.cc and scale_and_translate_op.cc of
 * TensorFlow, all with half-pixel centres).
 */

import { Tensor } from '../base/tensor.ts';
import { pickPixels } from './pillow-resize.ts';
import { resampleColumns, resampleRows, type Span, type Taps, tapsOf } from './resample.ts';

// Places are computed in float32 there, which decides ties.
const single = Math.fround;

type SpanRule = (place: number, from: number, scale: number) => Span;

const bilinear: SpanRule = (place, from, scale) => {
  const at = single(single(single(place + 0.5) * scale) - 0.5);
  const low = Math.floor(at);
  const part = at - low;
  const first = Math.max(low, 0);
  const last = Math.min(Math.ceil(at), from - 1);
  return last > first
    ? { first, weights: [1 - part, part] }
    : { first: Math.min(first, from - 1), weights: [1] };
};

// TensorFlow takes the cubic's values from a table with this many steps for each pixel.
const CUBIC_STEPS = 1024;

/** Keys' cubic with a = -0.5, which TensorFlow takes with half-pixel centres. */
function cubic(x: number): number {
  if (x <= 1) return (1.5 * x - 2.5) * x * x + 1;
  return ((-0.5 * x + 2.5) * x - 4) * x + 2;
}

/** `weights` over their sum, those outside of the source left out. */
function normalized(first: number, weights: readonly number[], from: number): Span {
  const begin = Math.max(0, -first);
  const kept = weights.slice(begin, Math.max(begin + 1, from - first));
  const sum = kept.reduce((a, b) => a + b, 0);
  return { first: first + begin, weights: sum === 0 ? kept : kept.map((each) => each / sum) };
}

const bicubic: SpanRule = (place, from, scale) => {
  const at = single(single(single(place + 0.5) * scale) - 0.5);
  const low = Math.floor(at);
  // Ties do not occur often enough in float32 to matter here.
  const part = Math.round((at - low) * CUBIC_STEPS) / CUBIC_STEPS;
  return normalized(low - 1, [1 + part, part, 1 - part, 2 - part].map(cubic), from);
};

const area: SpanRule = (place, from, scale) => {
  const begin = single(place * scale);
  const end = single((place + 1) * scale);
  const first = Math.floor(begin);
  const last = Math.min(Math.ceil(end), from);
  const weights = Array.from(
    { length: last - first },
    (_, i) => Math.min(first + i + 1, end) - Math.max(first + i, begin),
  );
  return normalized(first, weights, from);
};

/** A rule for a kernel that reaches `radius` source pixels to both sides. */
function kernelRule(radius: number, weight: (x: number) => number): SpanRule {
  return (place, from, scale) => {
    const center = single(single(place + 0.5) * scale);
    const inside = (at: number) => Math.min(Math.max(at, 0), from - 1);
    const first = inside(Math.ceil(single(center - radius - 0.5)));
    const last = inside(Math.floor(single(center + radius - 0.5)));
    const weights = Array.from({ length: last - first + 1 }, (_, i) =>
      weight(Math.abs(first + i + 0.5 - center)),
    );
    return normalized(first, weights, from);
  };
}

function lanczos(radius: number): SpanRule {
  return kernelRule(radius, (x) => {
    if (x > radius) return 0;
    if (x <= 1e-3) return 1;
    const angle = x * Math.PI;
    return (radius * Math.sin(angle) * Math.sin(angle / radius)) / (angle * angle);
  });
}

function mitchell(x: number): number {
  if (x >= 2) return 0;
  if (x >= 1) return (((-7 / 18) * x + 2) * x - 10 / 3) * x + 16 / 9;
  return ((7 / 6) * x - 2) * x * x + 8 / 9;
}

const RULES = {
  bilinear,
  bicubic,
  area,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  mitchellcubic: kernelRule(2, mitchell),
  gaussian: kernelRule(1.5, (x) => (x >= 1.5 ? 0 : Math.exp(-x * x * 2))),
} satisfies Record<string, SpanRule>;

/** How Keras finds a pixel of the result. None of them widens when shrinking, but for `area`. */
export type KerasInterpolation = 'nearest' | keyof typeof RULES;

export const KERAS_INTERPOLATIONS = ['nearest', ...Object.keys(RULES)] as readonly KerasInterpolation[];

function nearestPlaces(from: number, to: number): Int32Array {
  const scale = single(from / to);
  return Int32Array.from({ length: to }, (_, place) =>
    Math.min(Math.floor(single(single(place + 0.5) * scale)), from - 1),
  );
}

function ruleTaps(from: number, to: number, rule: SpanRule): Taps {
  const scale = single(from / to);
  return tapsOf(to, (place) => rule(place, from, scale));
}

/** The image (uint8) at another size, as float32, which cubic and Lanczos kernels take outside of 0 … 255. */
export function resizeAsKeras(
  image: Tensor,
  [height, width]: readonly [number, number],
  interpolation: KerasInterpolation,
): Tensor {
  const [fromHeight, fromWidth, channels] = image.shape as [number, number, number];
  if (fromHeight === height && fromWidth === width) return image.cast('float32');
  if (interpolation === 'nearest') {
    return pickPixels(image, nearestPlaces(fromHeight, height), nearestPlaces(fromWidth, width)).cast(
      'float32',
    );
  }
  const rule = RULES[interpolation];
  const source = image.data as Uint8Array;
  const wide = resampleRows(source, ruleTaps(fromWidth, width, rule), fromHeight, fromWidth, channels);
  const data = resampleColumns(wide, ruleTaps(fromHeight, height, rule), width * channels);
  return new Tensor([height, width, channels], 'float32', data);
}

/**
 * @file Which pixels of an axis each pixel of a resized image is made of, as in Keras (`tf.image.resize`:
 * resize_bilinear_op.cc, resize_bicubic_op.cc, resize_area_op.cc and scale_and_translate_op.cc of TensorFlow, all with
 * half-pixel centres).
 */

import { checkPlaces } from './axis-places.ts';

/** The part of a result place in the source. */
export interface Span {
  readonly first: number;
  readonly weights: readonly number[];
}

// Places are computed in float32 there, which decides ties.
const single = Math.fround;

/** `widen`: how many times as wide kernels are, so that shrinking takes every source pixel into account. */
type SpanRule = (place: number, from: number, scale: number, widen: number) => Span;

/** Where the centre of a result place is in the source, whose places lie at whole numbers. */
export function centerIn(place: number, scale: number): number {
  return single(single(single(place + 0.5) * scale) - 0.5);
}

const bilinear: SpanRule = (place, from, scale) => {
  const at = centerIn(place, scale);
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
  const at = centerIn(place, scale);
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

/** A rule for a kernel that reaches `radius` source pixels to both sides, or `widen` times as far. */
function kernelRule(radius: number, weight: (x: number) => number): SpanRule {
  return (place, from, scale, widen) => {
    const center = single(single(place + 0.5) * scale);
    const reach = single(radius * widen);
    const inside = (at: number) => Math.min(Math.max(at, 0), from - 1);
    const first = inside(Math.ceil(single(center - reach - 0.5)));
    const last = inside(Math.floor(single(center + reach - 0.5)));
    const weights = Array.from({ length: last - first + 1 }, (_, i) =>
      weight(Math.abs(first + i + 0.5 - center) / widen),
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

const nearest: SpanRule = (place, from, scale) => {
  const at = Math.floor(single(single(place + 0.5) * scale));
  return { first: Math.min(at, from - 1), weights: [1] };
};

const RULES = {
  nearest,
  bilinear,
  bicubic,
  area,
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  mitchellcubic: kernelRule(2, mitchell),
  gaussian: kernelRule(1.5, (x) => (x >= 1.5 ? 0 : Math.exp(-x * x * 2))),
} satisfies Record<string, SpanRule>;

/** How Keras finds a pixel of the result. */
export type KerasInterpolation = keyof typeof RULES;

export const KERAS_INTERPOLATIONS = Object.keys(RULES) as readonly KerasInterpolation[];

/** The rules that stand for these when kernels widen. */
const WIDENING: { readonly [name in KerasInterpolation]?: SpanRule } = {
  bilinear: kernelRule(1, (x) => Math.max(0, 1 - x)),
  bicubic: kernelRule(2, (x) => (x >= 2 ? 0 : cubic(x))),
};

/**
 * The spans of `to` pixels of an axis that had `from`.
 *
 * @param antialias Whether kernels widen when shrinking; `nearest` and `area` have none.
 */
export function resizeSpans(
  from: number,
  to: number,
  interpolation: KerasInterpolation,
  antialias = false,
): Span[] {
  checkPlaces(to);
  const rule = (antialias ? WIDENING[interpolation] : undefined) ?? RULES[interpolation];
  const scale = single(from / to);
  const widen = antialias ? Math.max(scale, 1) : 1;
  return Array.from({ length: to }, (_, place) => rule(place, from, scale, widen));
}

/** Pixels of an axis whose middle one is out of the reach of all kernels from both ends. */
const SHORT_AXIS = 13;

/**
 * The spans of an axis of `from` pixels with `factor` pixels for each. In the middle of the axis they are the same from
 * pixel to pixel.
 */
export function enlargingSpans(from: number, factor: number, interpolation: KerasInterpolation): Span[] {
  checkPlaces(from * factor);
  const short = Math.min(from, SHORT_AXIS);
  const spans = resizeSpans(short, short * factor, interpolation);
  return Array.from({ length: from }, (_, pixel) => {
    const middle = Math.min(pixel, short >> 1);
    const like = Math.max(middle, pixel - (from - short));
    const own = spans.slice(like * factor, (like + 1) * factor);
    return own.map(({ first, weights }) => ({ first: first + pixel - like, weights }));
  }).flat();
}

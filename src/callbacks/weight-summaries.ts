/** @file How TensorBoard shows a layer's weights: distributions and pictures, as Keras makes them (`tensorboard.py`). */

import { encode } from 'fast-png';
import { type Bucket, histogram, images, type Summary } from '../formats/tensorboard/events.ts';
import type { CallbackWeight } from './callback.ts';

const BUCKETS = 30;
/** TensorFlow writes so many pictures of a weight at most. */
const MOST_PICTURES = 3;

/** A weight's distribution, and its pictures if wanted and there are such, under `name`. */
export function summariesOf(weight: CallbackWeight, name: string, withPictures: boolean): Summary[] {
  const summaries = [histogram(`${name}/histogram`, bucketsOf(weight.view()))];
  const pictures = withPictures ? picturesOf(weight) : null;
  if (pictures !== null) {
    const { width, height, files } = pictures;
    summaries.push(images(`${name}/image`, width, height, files));
  }
  return summaries;
}

/**
 * The numbers of `values` in 30 equal ranges from the smallest to the largest (TensorBoard's
 * `histogram/summary_v2.py`). Values that are not finite are left out.
 */
export function bucketsOf(values: Float32Array): Bucket[] {
  const [least, most] = limitsOf(values);
  if (least > most) return Array.from({ length: BUCKETS }, () => [0, 0, 0]);
  const width = (most - least) / BUCKETS;
  const counts = new Float64Array(BUCKETS);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    const bucket = width === 0 ? BUCKETS - 1 : Math.floor((value - least) / width);
    counts[bucket < BUCKETS ? bucket : BUCKETS - 1]! += 1;
  }
  const edge = (index: number) => (index === BUCKETS ? most : least + width * index);
  return Array.from(counts, (count, index) => [edge(index), edge(index + 1), count]);
}

/** Pictures of one size. */
export interface Pictures {
  readonly width: number;
  readonly height: number;
  /** PNG files. */
  readonly files: readonly Uint8Array[];
}

/** Which of a weight's numbers are the pixels of pictures: how many there are in each direction, and their distances. */
interface Layout {
  readonly extents: readonly [picture: number, y: number, x: number, channel: 1 | 3];
  readonly distances: readonly [picture: number, y: number, x: number, channel: number];
}

/**
 * Pictures of a weight: a vector as a column, a matrix lying, and the kernels of a convolution of one channel one by one,
 * all three from 0, black, to 1, white, as in Keras; and the filters of a convolution of three channels in colour, from
 * the smallest to the largest number. Null for other weights.
 */
export function picturesOf(weight: CallbackWeight): Pictures | null {
  const layout = layoutOf(weight.shape.filter((extent) => extent !== 1));
  if (layout === null) return null;
  const [count, height, width, channels] = layout.extents;
  const toByte = channels === 3 ? betweenLimits(weight.view()) : fromUnit;
  const files = Array.from({ length: Math.min(count, MOST_PICTURES) }, (_, picture) => {
    const data = pixelsOf(layout, weight.view(), picture, toByte);
    return encode({ width, height, channels, data });
  });
  return { width, height, files };
}

function layoutOf(shape: readonly number[]): Layout | null {
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  if (shape.length === 1) return { extents: [1, a, 1, 1], distances: [0, 1, 0, 0] };
  if (shape.length === 2 && a > b) return { extents: [1, b, a, 1], distances: [0, 1, b, 0] };
  if (shape.length === 2) return { extents: [1, a, b, 1], distances: [0, b, 1, 0] };
  if (shape.length === 3) return { extents: [c, a, b, 1], distances: [1, b * c, c, 0] };
  if (shape.length === 4 && c === 3) return { extents: [d, a, b, 3], distances: [1, b * 3 * d, 3 * d, d] };
  return null;
}

function pixelsOf(
  { extents, distances }: Layout,
  values: Float32Array,
  picture: number,
  toByte: (value: number) => number,
): Uint8Array {
  const [, height, width, channels] = extents;
  const [first, down, right, deep] = distances;
  const bytes = new Uint8Array(height * width * channels);
  let at = 0;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let channel = 0; channel < channels; channel++)
        bytes[at++] = toByte(values[picture * first + y * down + x * right + channel * deep]!);
  return bytes;
}

/** TensorFlow's conversion of a float pixel, which cuts off at both ends. */
function fromUnit(value: number): number {
  return Math.floor(Math.min(Math.max(value * 255.5, 0), 255));
}

function betweenLimits(values: Float32Array): (value: number) => number {
  const [least, most] = limitsOf(values);
  return (value) => (most === least ? 0 : Math.round(((value - least) / (most - least)) * 255));
}

/** The smallest and the largest of the finite numbers; the smallest is infinite where there are none. */
function limitsOf(values: Float32Array): readonly [number, number] {
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > most) most = value;
  }
  return [least, most];
}

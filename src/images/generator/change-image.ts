/** @file What a generator does to one image, as plain data, so that it can be sent to a worker. */

import type { Sampling } from './sample-affine.ts';
import { type Standardizing, type Statistics, standardizeImage } from './standardize.ts';
import { type TransformParameters, transformImage } from './transform.ts';

/** A transform and the scale to bring its result to. */
export interface ImageChange {
  readonly transform: TransformParameters;
  readonly sampling: Sampling;
  readonly standardizing: Standardizing;
  readonly statistics: Statistics;
}

/** The elements of the image [height, width, channels], transformed and standardized. */
export function changeImage(
  pixels: ArrayLike<number>,
  shape: readonly number[],
  { transform, sampling, standardizing, statistics }: ImageChange,
): Float32Array<ArrayBuffer> {
  const [height, width, channels] = shape as [number, number, number];
  const out = new Float32Array(pixels.length);
  transformImage(pixels, [height, width, channels], transform, sampling, out);
  standardizeImage(out, channels, standardizing, statistics);
  return out;
}

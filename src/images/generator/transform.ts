/** @file The transform that ImageDataGenerator draws for an image, and what it does (Keras' `apply_transform`). */

import { type AffineParameters, affineMatrix } from './affine-matrix.ts';
import { type Flips, type Sampling, sampleAffine } from './sample-affine.ts';

/** What is done to one image. Keras' names in camelCase. */
export interface TransformParameters extends AffineParameters {
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** Added to all values, which stay between the image's smallest and largest one; null for none. */
  readonly channelShiftIntensity: number | null;
  /** 0: black, 1: as it was; null for none. */
  readonly brightness: number | null;
}

/** The transform that changes nothing. */
export const IDENTITY: TransformParameters = {
  theta: 0,
  tx: 0,
  ty: 0,
  shear: 0,
  zx: 1,
  zy: 1,
  flipHorizontal: false,
  flipVertical: false,
  channelShiftIntensity: null,
  brightness: null,
};

type Extents = readonly [height: number, width: number, channels: number];

/** Writes the transformed image [height, width, channels] to `out` of the same shape. */
export function transformImage(
  src: ArrayLike<number>,
  extents: Extents,
  parameters: TransformParameters,
  sampling: Sampling,
  out: Float32Array,
): void {
  const flips = { horizontal: parameters.flipHorizontal, vertical: parameters.flipVertical };
  const matrix = affineMatrix(parameters, extents[0], extents[1]);
  if (matrix === null) copyFlipped(src, extents, flips, out);
  else sampleAffine(src, extents, matrix, sampling, flips, out);
  if (parameters.channelShiftIntensity !== null) shiftChannels(out, parameters.channelShiftIntensity);
  if (parameters.brightness !== null) changeBrightness(out, extents[2], parameters.brightness);
}

function copyFlipped(
  src: ArrayLike<number>,
  [height, width, channels]: Extents,
  { horizontal, vertical }: Flips,
  out: Float32Array,
): void {
  if (!horizontal && !vertical) {
    out.set(src);
    return;
  }
  let to = 0;
  for (let i = 0; i < height; i++) {
    const row = (vertical ? height - 1 - i : i) * width;
    for (let j = 0; j < width; j++) {
      const from = (row + (horizontal ? width - 1 - j : j)) * channels;
      for (let c = 0; c < channels; c++) out[to++] = src[from + c]!;
    }
  }
}

function rangeOf(values: Float32Array): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function shiftChannels(values: Float32Array, intensity: number): void {
  const [low, high] = rangeOf(values);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]! + intensity;
    values[i] = Math.max(low, Math.min(high, value));
  }
}

/**
 * Pillow's `ImageEnhance.Brightness` on bytes: a blend with black (libImaging/Blend.c), alpha left alone. Values outside
 * of 0 … 255 are scaled to bytes first and back afterwards.
 */
function changeBrightness(values: Float32Array, channels: number, factor: number): void {
  const [low, high] = rangeOf(values);
  const isScaled = low < 0 || high > 255;
  const span = Math.fround(high - low) || 1;
  const alpha = Math.fround(factor);
  const last = channels === 4 ? 3 : -1;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const byte = Math.trunc(
      isScaled ? Math.fround(Math.fround(Math.fround(value - low) / span) * 255) : value,
    );
    const blended =
      i % channels === last ? byte : Math.trunc(Math.max(0, Math.min(255, Math.fround(alpha * byte))));
    values[i] = isScaled ? Math.fround(Math.fround(blended / 255) * (high - low)) + low : blended;
  }
}

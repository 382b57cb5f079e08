/**
 * @file Resizing as Keras' Resizing layer and image_dataset_from_directory do, without antialiasing
 * (base/resize-spans.ts).
 */

import { type KerasInterpolation, resizeSpans } from '../base/resize-spans.ts';
import { Tensor } from '../base/tensor.ts';
import { pickPixels } from './pillow-resize.ts';
import { placesRead, resampleColumns, resampleRows, type Taps, tapsOf } from './resample.ts';
import { resampleByPairs } from './resample-pairs.ts';

/** Photos often have the same few sizes. */
const MOST_KEPT = 64;
const kept = new Map<string, Taps>();

/** The taps of an axis, kept for the next image of that size. */
function keptTaps(from: number, to: number, interpolation: KerasInterpolation): Taps {
  const key = `${from} ${to} ${interpolation}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  const spans = resizeSpans(from, to, interpolation);
  const taps = tapsOf(to, (place) => spans[place]!);
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(key, taps);
  return taps;
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
    const places = (from: number, to: number) =>
      Int32Array.from(resizeSpans(from, to, interpolation), ({ first }) => first);
    return pickPixels(image, places(fromHeight, height), places(fromWidth, width)).cast('float32');
  }
  const taps = (from: number, to: number) => keptTaps(from, to, interpolation);
  const source = image.data as Uint8Array;
  const down = taps(fromHeight, height);
  const across = taps(fromWidth, width);
  const shape = [height, width, channels];
  const inOnePass = resampleByPairs(source, across, down, fromWidth, channels);
  if (inOnePass !== null) return new Tensor(shape, 'float32', inOnePass);
  const wanted = placesRead(down, fromHeight);
  const wide = resampleRows(source, across, wanted, fromWidth, channels);
  const data = resampleColumns(wide, down, width * channels);
  return new Tensor(shape, 'float32', data);
}

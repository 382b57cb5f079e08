/**
 * @file Resizing as Keras' Resizing layer and image_dataset_from_directory do, without antialiasing
 * (base/resize-spans.ts).
 */

import { type KerasInterpolation, resizeSpans } from '../base/resize-spans.ts';
import { Tensor } from '../base/tensor.ts';
import { resizeInScript } from './bilinear-in-script.ts';
import { resizeInWasm } from './bilinear-in-wasm.ts';
import { bilinearPlaces } from './bilinear-places.ts';
import { pickPixels } from './pillow-resize.ts';
import { placesRead, resampleColumns, resampleRows, tapsOf } from './resample.ts';

type Size = readonly [height: number, width: number];

/** `float32`: Keras' numbers, which cubic and Lanczos kernels take outside of 0 … 255. `uint8`: those rounded and clipped. */
export type ResizedType = 'uint8' | 'float32';

function resizeNearest(image: Tensor, [height, width]: Size): Tensor {
  const [fromHeight, fromWidth] = image.shape as [number, number, number];
  const places = (from: number, to: number) =>
    Int32Array.from(resizeSpans(from, to, 'nearest'), ({ first }) => first);
  return pickPixels(image, places(fromHeight, height), places(fromWidth, width));
}

function resizeBilinear(image: Tensor, [height, width]: Size, dtype: ResizedType): Tensor {
  const [fromHeight, fromWidth, channels] = image.shape as [number, number, number];
  const work = {
    ...{ source: image.data as Uint8Array, columns: fromWidth, channels, dtype },
    down: bilinearPlaces(fromHeight, height),
    across: bilinearPlaces(fromWidth, width),
  };
  const data = resizeInWasm(work) ?? resizeInScript(work);
  return new Tensor([height, width, channels], dtype, data);
}

/** The image (uint8) at another size. Bytes are those nearest to Keras' numbers; halves go to the even one, as in Keras. */
export function resizeAsKeras(
  image: Tensor,
  size: Size,
  interpolation: KerasInterpolation,
  dtype: ResizedType,
): Tensor {
  const [height, width] = size;
  const [fromHeight, fromWidth, channels] = image.shape as [number, number, number];
  if (fromHeight === height && fromWidth === width) return image.cast(dtype);
  if (interpolation === 'nearest') return resizeNearest(image, size).cast(dtype);
  if (interpolation === 'bilinear') return resizeBilinear(image, size, dtype);
  const taps = (from: number, to: number) => {
    const spans = resizeSpans(from, to, interpolation);
    return tapsOf(to, (place) => spans[place]!);
  };
  const down = taps(fromHeight, height);
  const wanted = placesRead(down, fromHeight);
  const wide = resampleRows(image.data as Uint8Array, taps(fromWidth, width), wanted, fromWidth, channels);
  const numbers = resampleColumns(wide, down, width * channels) as Float32Array;
  return new Tensor([height, width, channels], dtype, dtype === 'uint8' ? toBytes(numbers) : numbers);
}

function toBytes(numbers: Float32Array): Uint8Array {
  const bytes = new Uint8ClampedArray(numbers.length);
  // A loop takes a third of the time of a copy between arrays of two types.
  for (let i = 0; i < numbers.length; i++) bytes[i] = numbers[i]!;
  return new Uint8Array(bytes.buffer);
}

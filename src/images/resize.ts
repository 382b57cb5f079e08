/** @file The two ways to bring an image to a size, Pillow's and Keras', and what becomes of its proportions. */

import { allocate } from '../base/dtype.ts';
import { ValueError } from '../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import { KERAS_INTERPOLATIONS, type KerasInterpolation } from '../base/resize-spans.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Tensor } from '../base/tensor.ts';
import { type ResizedType, resizeAsKeras } from './keras-resize.ts';
import { INTERPOLATIONS, type Interpolation, resizeAsPillow } from './pillow-resize.ts';
import { checkImage } from './pixels.ts';

export type { KerasInterpolation } from '../base/resize-spans.ts';
export type { Interpolation } from './pillow-resize.ts';

/** Resizing as Pillow and Keras' `load_img` do: filters that widen when shrinking, whole numbers. */
export interface PillowResize {
  readonly method?: 'pillow';
  /** `nearest` unless given. */
  readonly interpolation?: Interpolation;
  /** Take the largest part in the middle that has the proportions of the size, instead of stretching the image. */
  readonly cropToAspectRatio?: boolean;
}

/** Resizing as Keras' `image_dataset_from_directory` and `Resizing` do: no widening when shrinking. */
export interface KerasResize {
  readonly method: 'keras';
  /** `bilinear` unless given. */
  readonly interpolation?: KerasInterpolation;
  /** Take the largest part in the middle that has the proportions of the size, instead of stretching the image. */
  readonly cropToAspectRatio?: boolean;
  /** Resize to fit into the size with the image's own proportions, and fill the borders with 0. */
  readonly padToAspectRatio?: boolean;
  /** `uint8` (the default) rounds to the nearest and clips to 0 … 255; `float32` gives Keras' numbers. */
  readonly dtype?: ResizedType;
}

/** How an image gets to its size. */
export type ResizeSpec = PillowResize | KerasResize;

type Size = readonly [height: number, width: number];

/** Throws ValueError unless `size` is `[height, width]`. */
function checkSize(size: readonly number[], who: string): void {
  const isSize = Array.isArray(size) && size.length === 2;
  if (isSize && size.every((extent) => Number.isSafeInteger(extent) && extent > 0)) return;
  throw new ValueError(
    `${who}: the size must be [height, width] in whole pixels, received ${describeValue(size)}.`,
  );
}

/** Throws ValueError for a size or options that do not exist. */
export function checkResize(size: readonly number[] | undefined, resize: ResizeSpec, who: string): void {
  if (size !== undefined) checkSize(size, who);
  const { method = 'pillow', interpolation } = resize;
  if (method !== 'pillow' && method !== 'keras')
    throw unknownNameError('method of resizing', method, ['pillow', 'keras']);
  const own = method === 'keras' ? ['padToAspectRatio', 'dtype'] : [];
  checkOptionNames(`${who} resize`, resize, ['method', 'interpolation', 'cropToAspectRatio', ...own]);
  const known: readonly string[] = method === 'keras' ? KERAS_INTERPOLATIONS : INTERPOLATIONS;
  if (interpolation !== undefined && !known.includes(interpolation)) {
    throw unknownNameError('interpolation', interpolation, known);
  }
  booleanOption(`${who} resize`, 'cropToAspectRatio', resize.cropToAspectRatio, false);
  if (resize.method !== 'keras') return;
  booleanOption(`${who} resize`, 'padToAspectRatio', resize.padToAspectRatio, false);
  if (resize.cropToAspectRatio && resize.padToAspectRatio) {
    throw new ValueError(`${who}: only one of cropToAspectRatio and padToAspectRatio can be true.`);
  }
  const { dtype = 'uint8' } = resize;
  if (dtype !== 'uint8' && dtype !== 'float32') throw unknownNameError('dtype', dtype, ['uint8', 'float32']);
}

/** The part in the middle with the proportions of `size`; `part` is how many of an extent's pixels it has. */
function middlePart(image: Tensor, [height, width]: Size, divide: (a: number, b: number) => number) {
  const [fromHeight, fromWidth] = image.shape as [number, number, number];
  const rows = Math.max(1, Math.min(fromHeight, Math.trunc(divide(fromWidth * height, width))));
  const columns = Math.max(1, Math.min(fromWidth, Math.trunc(divide(fromHeight * width, height))));
  return { top: (fromHeight - rows) >> 1, left: (fromWidth - columns) >> 1, rows, columns };
}

function resizeWithPadding(
  image: Tensor,
  [height, width]: Size,
  interpolation: KerasInterpolation,
  dtype: ResizedType,
): Tensor {
  const [fromHeight, fromWidth, channels] = image.shape as [number, number, number];
  const ratio = Math.max(fromWidth / width, fromHeight / height);
  const [fitHeight, fitWidth] = [fromHeight / ratio, fromWidth / ratio];
  const inner = [Math.max(1, Math.floor(fitHeight)), Math.max(1, Math.floor(fitWidth))] as const;
  const top = Math.max(0, Math.floor((height - fitHeight) / 2));
  const left = Math.max(0, Math.floor((width - fitWidth) / 2));
  const resized = resizeAsKeras(image, inner, interpolation, dtype);
  const out = allocate(dtype, height * width * channels);
  const rowSize = inner[1] * channels;
  for (let row = 0; row < inner[0]; row++) {
    const from = resized.data.subarray(row * rowSize, (row + 1) * rowSize);
    out.set(from, ((top + row) * width + left) * channels);
  }
  return new Tensor([height, width, channels], dtype, out);
}

function resizeLikeKeras(image: Tensor, size: Size, resize: KerasResize): Tensor {
  const { interpolation = 'bilinear', cropToAspectRatio, padToAspectRatio, dtype = 'uint8' } = resize;
  if (padToAspectRatio) return resizeWithPadding(image, size, interpolation, dtype);
  if (!cropToAspectRatio) return resizeAsKeras(image, size, interpolation, dtype);
  const part = middlePart(image, size, (a, b) => Math.fround(Math.fround(a) / Math.fround(b)));
  const { top, left, rows, columns } = part;
  const cropped = image.slice([top, left, 0], [rows, columns, image.shape[2]!]);
  return resizeAsKeras(cropped, size, interpolation, dtype);
}

/** `resizeImage` for arguments that have been checked. */
export function resizeTo(image: Tensor, size: Size, resize: ResizeSpec): Tensor {
  if (resize.method === 'keras') return resizeLikeKeras(image, size, resize);
  const { interpolation = 'nearest', cropToAspectRatio } = resize;
  const part = cropToAspectRatio ? middlePart(image, size, (a, b) => a / b) : undefined;
  return resizeAsPillow(image, size, interpolation, part);
}

/**
 * The image (uint8 `[h, w, 1 … 4]`; of 2 or 4 channels the last is alpha) at another size: uint8, or float32 where
 * Keras' numbers are asked for.
 *
 * @param size `[height, width]` of the result.
 * @param resize How: a filter of Pillow, or a record of options.
 * @throws ShapeError, ValueError.
 */
export function resizeImage(
  image: Tensor,
  size: readonly number[],
  resize: Interpolation | ResizeSpec,
): Tensor {
  checkImage(image, 'resizeImage');
  const spec = typeof resize === 'string' ? { interpolation: resize } : resize;
  checkResize(size, spec, 'resizeImage');
  return resizeTo(image, size as Size, spec);
}

/** @file Reading an image file for a model (Keras' `load_img` and `img_to_array` in one). */

import { booleanOption, checkOptionNames } from '../base/options.ts';
import type { Tensor } from '../base/tensor.ts';
import type { ColorMode } from './color-mode.ts';
import type { ExifOrientation } from './decode.ts';
import { type ImageSource, plainSource } from './image-source.ts';
import { checkImageSpec, prepareImage } from './prepare-image.ts';
import type { Interpolation } from './resize.ts';

/** How `loadImage` prepares the pixels. */
export interface LoadImageOptions {
  /** Channels of the result; `rgb` unless given. */
  readonly colorMode?: ColorMode;
  /** `[height, width]`, or one number for both; the file's own size unless given. */
  readonly targetSize?: number | readonly [height: number, width: number];
  /** How to resize; `nearest` unless given. */
  readonly interpolation?: Interpolation;
  /** Take the largest part in the middle that has the proportions of `targetSize`, instead of stretching the image. */
  readonly keepAspectRatio?: boolean;
  /** `apply` (the default) turns photos upright; `ignore` gives the pixels as they are stored, as Keras does. */
  readonly exifOrientation?: ExifOrientation;
}

const OPTION_NAMES = ['colorMode', 'targetSize', 'interpolation', 'keepAspectRatio', 'exifOrientation'];

/**
 * The pixels of an image file (PNG, JPEG, WebP, GIF or BMP) as uint8 `[height, width, channels]`, with Keras' defaults
 * and Pillow's arithmetic.
 *
 * @param source A path (Node), a URL as text or object (`http:`, `https:`, `file:` under Node, `data:`, `blob:`), or
 * the content of the file: its bytes, a Blob or a File.
 * @throws FormatError for files that are not an intact image, FoveaError when the file cannot be read, ValueError for
 * options that do not exist.
 */
export async function loadImage(source: ImageSource, options: LoadImageOptions = {}): Promise<Tensor> {
  checkOptionNames('loadImage', options, OPTION_NAMES);
  const { colorMode = 'rgb', targetSize, interpolation = 'nearest', exifOrientation = 'apply' } = options;
  const cropToAspectRatio = booleanOption('loadImage', 'keepAspectRatio', options.keepAspectRatio, false);
  const size = typeof targetSize === 'number' ? ([targetSize, targetSize] as const) : targetSize;
  const spec = {
    colorMode,
    exifOrientation,
    resize: { interpolation, cropToAspectRatio },
    ...(size && { size }),
  };
  checkImageSpec(spec, 'loadImage');
  return prepareImage(plainSource(source, 'loadImage'), spec);
}

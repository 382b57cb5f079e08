/** @file Reading an image file for a model (Keras' `load_img` and `img_to_array` in one). */

import { isNode } from '../base/environment.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Tensor } from '../base/tensor.ts';
import { type ColorMode, convertColor } from './color-mode.ts';
import { decodeImage } from './decode.ts';
import { type Interpolation, resizeImage } from './resize.ts';

/** How `loadImage` prepares the pixels. */
export interface LoadImageOptions {
  /** Channels of the result; `rgb` unless given. */
  readonly colorMode?: ColorMode;
  /** `[height, width]`, or one number for both; the file's own size unless given. */
  readonly targetSize?: number | readonly [height: number, width: number];
  /** How to resize; `nearest` unless given. */
  readonly interpolation?: Interpolation;
}

const COLOR_MODES: readonly ColorMode[] = ['rgb', 'grayscale', 'rgba'];
const INTERPOLATIONS: readonly Interpolation[] = ['nearest', 'bilinear'];
const OPTION_NAMES: readonly string[] = ['colorMode', 'targetSize', 'interpolation'];

function checkOptions(
  options: LoadImageOptions,
): Required<Pick<LoadImageOptions, 'colorMode' | 'interpolation'>> {
  for (const name of Object.keys(options)) {
    if (!OPTION_NAMES.includes(name)) throw unknownNameError('option of loadImage', name, OPTION_NAMES);
  }
  const { colorMode = 'rgb', interpolation = 'nearest' } = options;
  if (!COLOR_MODES.includes(colorMode)) throw unknownNameError('colorMode', colorMode, COLOR_MODES);
  if (!INTERPOLATIONS.includes(interpolation)) {
    throw unknownNameError('interpolation', interpolation, INTERPOLATIONS);
  }
  return { colorMode, interpolation };
}

async function readBytes(source: string): Promise<Uint8Array> {
  if (isNode() && !/^https?:\/\//.test(source)) {
    const { readFile } = await import('node:fs/promises');
    try {
      return await readFile(source);
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const reason = missing ? 'there is no such file' : (error as Error).message;
      throw new FoveaError(`Could not read the image ${source}: ${reason}.`, { cause: error });
    }
  }
  let response: Response;
  try {
    response = await fetch(source);
  } catch (error) {
    throw new FoveaError(`Could not fetch the image ${source}: ${(error as Error).message}.`, {
      cause: error,
    });
  }
  if (!response.ok)
    throw new FoveaError(`Could not fetch the image ${source}: the server answered ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * The pixels of a PNG or JPEG file as uint8 `[height, width, channels]`, with Keras' defaults and Pillow's arithmetic.
 *
 * @param source A path (Node), a URL, or the bytes of the file.
 * @throws FormatError for files that are no intact image, FoveaError when the file cannot be read, ValueError for
 *   options that do not exist.
 */
export async function loadImage(
  source: string | Uint8Array,
  options: LoadImageOptions = {},
): Promise<Tensor> {
  const { colorMode, interpolation } = checkOptions(options);
  if (typeof source !== 'string' && !(source instanceof Uint8Array)) {
    throw new ValueError(`loadImage: expected a path, a URL or a Uint8Array, received ${String(source)}.`);
  }
  const image = await (typeof source === 'string'
    ? decodeImage(await readBytes(source), source)
    : decodeImage(source));
  const colored = convertColor(image, colorMode);
  const { targetSize } = options;
  if (targetSize === undefined) return colored;
  const size = typeof targetSize === 'number' ? [targetSize, targetSize] : targetSize;
  return resizeImage(colored, size, interpolation);
}

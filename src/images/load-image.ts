/** @file Reading an image file for a model (Keras' `load_img` and `img_to_array` in one). */

import { asTypedArray } from '../base/dtype.ts';
import { isNode } from '../base/environment.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import { type FilePath, isUrlObject } from '../base/file-path.ts';
import { describeValue } from '../base/options.ts';
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

async function readFileBytes(path: string | URL, name: string): Promise<Uint8Array> {
  const { readFile } = await import('node:fs/promises');
  try {
    return await readFile(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const reason = missing ? 'there is no such file' : (error as Error).message;
    throw new FoveaError(`Could not read the image ${name}: ${reason}.`, { cause: error });
  }
}

async function fetchBytes(url: string, name: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new FoveaError(`Could not fetch the image ${name}: ${(error as Error).message}.`, { cause: error });
  }
  if (!response.ok)
    throw new FoveaError(`Could not fetch the image ${name}: the server answered ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The bytes at a path or URL. Browsers fetch every source, Node only sources that are not files. */
function readBytes(place: string, name: string): Promise<Uint8Array> {
  if (!isNode() || /^(https?|data|blob):/i.test(place)) return fetchBytes(place, name);
  return readFileBytes(/^file:/i.test(place) ? new URL(place) : place, name);
}

/** The name of a source in messages. A data: URL is shortened, since its text holds all the pixels. */
function nameOf(place: string): string {
  return /^data:/i.test(place) ? `${place.slice(0, 24)}…` : place;
}

/**
 * The pixels of a PNG or JPEG file as uint8 `[height, width, channels]`, with Keras' defaults and Pillow's arithmetic.
 *
 * @param source A path (Node), a URL as text or object (`http:`, `https:`, `file:` under Node, `data:`, `blob:`), or
 * the bytes of the file.
 * @throws FormatError for files that are not an intact image, FoveaError when the file cannot be read, ValueError for
 * options that do not exist.
 */
export async function loadImage(
  source: FilePath | Uint8Array | Uint8ClampedArray,
  options: LoadImageOptions = {},
): Promise<Tensor> {
  const { colorMode, interpolation } = checkOptions(options);
  const image = await decodeSource(source);
  const colored = convertColor(image, colorMode);
  const { targetSize } = options;
  if (targetSize === undefined) return colored;
  const size = typeof targetSize === 'number' ? [targetSize, targetSize] : targetSize;
  return resizeImage(colored, size, interpolation);
}

async function decodeSource(source: unknown): Promise<Tensor> {
  if (typeof source === 'string' || isUrlObject(source)) {
    const place = typeof source === 'string' ? source : source.href;
    return decodeImage(await readBytes(place, nameOf(place)), nameOf(place));
  }
  const bytes = asTypedArray(source);
  if (bytes instanceof Uint8Array) return decodeImage(bytes);
  throw new ValueError(
    `loadImage: expected a path, a URL or a Uint8Array, received ${describeValue(source)}.`,
  );
}

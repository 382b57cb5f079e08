/**
 * @file Image files to pixels. Each decoder is loaded for the first file of its format, since most programs need one
 * decoder or none.
 */

import { FormatError } from '../base/errors.ts';
import { checkOptionNames } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Tensor } from '../base/tensor.ts';
import type { DecodedImage } from './decoded-image.ts';
import { turnUpright } from './exif.ts';
import { formatOfContent, type ImageFormat } from './image-header.ts';

/** What becomes of the orientation that a camera wrote into the file. */
export type ExifOrientation = 'apply' | 'ignore';

const EXIF_ORIENTATIONS: readonly ExifOrientation[] = ['apply', 'ignore'];

/** How `decodeImage` reads a file. */
export interface DecodeOptions {
  /** `apply` (the default) turns photos upright; `ignore` gives the pixels as they are stored, as Keras does. */
  readonly exifOrientation?: ExifOrientation;
}

type Decoder = (bytes: Uint8Array, name: string) => DecodedImage | Promise<DecodedImage>;

const DECODERS: Record<ImageFormat, () => Promise<Decoder>> = {
  png: async () => (await import('./decode-png.ts')).decodePng,
  jpeg: async () => (await import('./jpeg/decode-jpeg.ts')).decodeJpeg,
  webp: async () => (await import('./decode-webp.ts')).decodeWebp,
  gif: async () => (await import('./decode-gif.ts')).decodeGif,
  bmp: async () => (await import('./decode-bmp.ts')).decodeBmp,
};

/** Those that were loaded: each `import()` goes through Node's loader of modules again, thousands of times for a folder. */
const loaded = new Map<ImageFormat, Decoder>();

async function decoderOf(format: ImageFormat): Promise<Decoder> {
  const decoder = loaded.get(format) ?? (await DECODERS[format]());
  loaded.set(format, decoder);
  return decoder;
}

const EXPECTED = 'PNG, JPEG, WebP, GIF or BMP';

async function foreignFileError(bytes: Uint8Array, name: string): Promise<FormatError> {
  if (bytes.length === 0) return new FormatError(`${name} is empty; expected a ${EXPECTED} file.`);
  const head = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const { foreignKind } = await import('./inspection/foreign-kinds.ts');
  const what = foreignKind(bytes);
  const as = what === undefined ? '' : `, as ${what} does`;
  const instead = what?.endsWith('image') ? ' Save it as one of these.' : '';
  return new FormatError(`${name} is no ${EXPECTED} file: it starts with ${head}${as}.${instead}`);
}

/** `exifOrientation`, or the default. Throws ValueError. */
export function checkExifOrientation(exifOrientation: ExifOrientation = 'apply'): ExifOrientation {
  if (!EXIF_ORIENTATIONS.includes(exifOrientation)) {
    throw unknownNameError('exifOrientation', exifOrientation, EXIF_ORIENTATIONS);
  }
  return exifOrientation;
}

/**
 * The pixels of an image file, whose format is found by its content and not by its name: uint8
 * `[height, width, channels]` with as many channels as the file has (1 grey, 2 grey and alpha, 3 RGB, 4 RGBA). They are
 * those that Pillow reads.
 *
 * @param name The file's name in messages.
 * @throws FormatError for other formats, damaged and cut-off files and more than 100 million pixels; UnsupportedError
 * for rare codings; ValueError for options that do not exist.
 */
export async function decodeImage(
  bytes: Uint8Array,
  name = 'The image',
  options: DecodeOptions = {},
): Promise<Tensor> {
  checkOptionNames('decodeImage', options, ['exifOrientation']);
  const turn = checkExifOrientation(options.exifOrientation) === 'apply';
  const format = formatOfContent(bytes);
  if (format === undefined) throw await foreignFileError(bytes, name);
  const decoder = await decoderOf(format);
  const { pixels, orientation } = await decoder(bytes, name);
  return turn ? turnUpright(pixels, orientation) : pixels;
}

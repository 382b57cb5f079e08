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

/** What becomes of the orientation that a camera wrote into the file. */
export type ExifOrientation = 'apply' | 'ignore';

const EXIF_ORIENTATIONS: readonly ExifOrientation[] = ['apply', 'ignore'];

/** How `decodeImage` reads a file. */
export interface DecodeOptions {
  /** `apply` (the default) turns photos upright; `ignore` gives the pixels as they are stored, as Keras does. */
  readonly exifOrientation?: ExifOrientation;
}

interface ImageFormat {
  readonly name: string;
  /** The bytes at the start of each file; `undefined` where any byte may be. */
  readonly signature: readonly (number | undefined)[];
  readonly decode: (bytes: Uint8Array, name: string) => Promise<DecodedImage>;
}

const FORMATS: readonly ImageFormat[] = [
  {
    name: 'PNG',
    signature: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    decode: async (bytes, name) => (await import('./decode-png.ts')).decodePng(bytes, name),
  },
  {
    name: 'JPEG',
    signature: [0xff, 0xd8, 0xff],
    decode: async (bytes, name) => (await import('./decode-jpeg.ts')).decodeJpeg(bytes, name),
  },
];

function formatOf(bytes: Uint8Array, name: string): ImageFormat {
  const format = FORMATS.find(({ signature }) =>
    signature.every((byte, i) => byte === undefined || bytes[i] === byte),
  );
  if (format !== undefined) return format;
  const names = FORMATS.map((each) => each.name);
  const known = `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
  if (bytes.length === 0) throw new FormatError(`${name} is empty; expected a ${known} file.`);
  const head = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new FormatError(`${name} is no ${known} file: it starts with ${head}.`);
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
  const { pixels, orientation } = await formatOf(bytes, name).decode(bytes, name);
  return turn ? turnUpright(pixels, orientation) : pixels;
}

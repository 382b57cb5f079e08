/** @file The size limits of image files and decoded images. */

import { FormatError } from '../base/errors.ts';

/** Most pixels an image may have: a small file can claim a size that no memory holds. */
export const MAX_PIXELS = 100_000_000;

/** Most bytes of a file: more than `MAX_PIXELS` with alpha take without compression. */
const MAX_FILE_BYTES = 512 << 20;

/** Throws FormatError for a file that is too large to be an image. */
export function checkFileSize(bytes: number, name: string): void {
  if (bytes > MAX_FILE_BYTES) {
    throw new FormatError(`${name} has ${bytes} bytes; expected an image file of at most ${MAX_FILE_BYTES}.`);
  }
}

/** Throws FormatError unless width and height are at least 1 and make at most `MAX_PIXELS`. */
export function checkPixelCount(width: number, height: number, name: string): void {
  if (width < 1 || height < 1 || width * height > MAX_PIXELS) {
    throw new FormatError(
      `${name} claims to be ${width} x ${height} pixels; expected 1 to ${MAX_PIXELS.toLocaleString('en-US')} pixels.`,
    );
  }
}

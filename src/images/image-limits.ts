/** @file The size limit of decoded images. */

import { FormatError } from '../base/errors.ts';

/** Most pixels an image may have: a small file can claim a size that no memory holds. */
export const MAX_PIXELS = 100_000_000;

/** Throws FormatError unless width and height are at least 1 and make at most `MAX_PIXELS`. */
export function checkPixelCount(width: number, height: number, name: string): void {
  if (width < 1 || height < 1 || width * height > MAX_PIXELS) {
    throw new FormatError(
      `${name} claims to be ${width} x ${height} pixels; expected 1 to ${MAX_PIXELS.toLocaleString('en-US')} pixels.`,
    );
  }
}

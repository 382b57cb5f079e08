/**
 * @file Image files to pixels. Each decoder is loaded for the first file of its format, since most programs need one
 * decoder or none.
 */

import { FormatError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG_SIGNATURE = [0xff, 0xd8, 0xff];

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * The pixels of a PNG or JPEG file, whose format is found by its content: uint8 `[height, width, channels]` with as
 * many channels as the file has (1 grey, 2 grey and alpha, 3 RGB, 4 RGBA).
 *
 * @param name The file's name in messages.
 * @throws FormatError for other formats, damaged and cut-off files, CMYK; UnsupportedError for rare codings.
 */
export async function decodeImage(bytes: Uint8Array, name = 'The image'): Promise<Tensor> {
  if (startsWith(bytes, PNG_SIGNATURE)) return (await import('./decode-png.ts')).decodePng(bytes, name);
  if (startsWith(bytes, JPEG_SIGNATURE)) return (await import('./decode-jpeg.ts')).decodeJpeg(bytes, name);
  if (bytes.length === 0) throw new FormatError(`${name} is empty; expected a PNG or JPEG file.`);
  const head = Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, '0')).join(' ');
  throw new FormatError(
    `${name} is neither PNG nor JPEG: it starts with ${head}, expected 89 50 4e 47 (PNG) or ff d8 ff (JPEG).`,
  );
}

/** @file Run-length coding of BMP files with 4 and 8 bits per pixel (Microsoft, "Bitmap Compression"). */

import { FormatError } from '../base/errors.ts';
import type { ByteCursor } from './byte-cursor.ts';

const END_OF_LINE = 0;
const END_OF_IMAGE = 1;
const MOVE = 2;

/** The numbers of palette entries of all pixels, in the order of the file; pixels that it skips are 0. */
export function decodeBmpRuns(
  file: ByteCursor,
  width: number,
  height: number,
  bits: number,
  name: string,
): Uint8Array {
  const out = new Uint8Array(width * height);
  let x = 0;
  let y = 0;
  const paint = (count: number, placeAt: (i: number) => number) => {
    // Programs round runs up to even numbers; what is beyond the row is dropped.
    for (let i = 0; i < count && x < width; i++) out[y * width + x++] = placeAt(i);
  };
  /** Pixel `i` of packed bytes. */
  const unpack = (data: Uint8Array) => (i: number) =>
    bits === 8 ? data[i]! : (data[i >> 1]! >> (i % 2 === 0 ? 4 : 0)) & 15;
  while (y < height) {
    const count = file.u8();
    const value = file.u8();
    if (count > 0) paint(count, bits === 8 ? () => value : (i) => (i % 2 === 0 ? value >> 4 : value & 15));
    else if (value === END_OF_LINE) {
      x = 0;
      y++;
    } else if (value === END_OF_IMAGE) {
      throw new FormatError(`${name} is a damaged BMP file: it has ${y} of ${height} rows.`);
    } else if (value === MOVE) {
      x += file.u8();
      y += file.u8();
      if (x > width || y > height)
        throw new FormatError(`${name} is a damaged BMP file: it leaves its own size.`);
    } else {
      const data = file.take(bits === 8 ? value : Math.ceil(value / 2));
      if (data.length % 2 !== 0) file.take(1);
      paint(value, unpack(data));
    }
    // A file may leave out the end of its last line and of the image.
    if (x === width && y === height - 1) break;
  }
  return out;
}

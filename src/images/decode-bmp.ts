/** @file BMP bytes to pixels (Microsoft, "Bitmap Storage"; OS/2 headers of 12 and 64 bytes), read as Pillow does. */

import { FormatError, UnsupportedError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { decodeBmpRuns } from './bmp-runs.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { DecodedImage } from './decoded-image.ts';
import { checkPixelCount } from './image-limits.ts';
import { fullPalette, paintGreyOrColor } from './palette.ts';

const FILE_HEADER = 14;
const OLD_HEADER = 12;
const HEADERS = [OLD_HEADER, 40, 52, 56, 64, 108, 124];
const RAW = 0;
const RUNS_8 = 1;
const RUNS_4 = 2;
const BITFIELDS = 3;

interface Header {
  readonly width: number;
  readonly height: number;
  /** The first row of the file is the top one. */
  readonly topDown: boolean;
  readonly bits: number;
  readonly compression: number;
  /** Where the pixels begin. */
  readonly start: number;
  /** RGB of the palette. */
  readonly palette: Uint8Array;
  /** Bits of red, green, blue, alpha. */
  readonly masks: readonly number[];
}

/** Size and depth in the fields of either kind of header. */
function readFields(file: ByteCursor, headerSize: number) {
  if (headerSize === OLD_HEADER) {
    const [width, height] = [file.u16(), file.u16()];
    file.u16();
    return { width, height, topDown: false, bits: file.u16(), compression: RAW, colors: 0 };
  }
  const width = file.i32();
  const signedHeight = file.i32();
  file.u16();
  const bits = file.u16();
  const compression = file.u32();
  file.take(12);
  const colors = file.u32();
  file.u32();
  return { width, height: Math.abs(signedHeight), topDown: signedHeight < 0, bits, compression, colors };
}

const MASKS: Record<number, readonly number[]> = {
  16: [0x7c00, 0x3e0, 0x1f, 0],
  24: [0xff0000, 0xff00, 0xff, 0],
  32: [0xff0000, 0xff00, 0xff, 0],
};

function readMasks(
  file: ByteCursor,
  headerSize: number,
  bits: number,
  compression: number,
): readonly number[] {
  if (compression !== BITFIELDS) return MASKS[bits] ?? [];
  const masks = [file.u32(), file.u32(), file.u32(), headerSize >= 56 ? file.u32() : 0];
  // Some programs write no masks; their pixels are blue, green, red, alpha.
  return masks.some((mask) => mask !== 0) ? masks : [0xff0000, 0xff00, 0xff, 0xff000000];
}

function readPalette(file: ByteCursor, entries: number, entryBytes: number): Uint8Array {
  const raw = file.take(entries * entryBytes);
  return Uint8Array.from(
    { length: entries * 3 },
    (_, i) => raw[Math.floor(i / 3) * entryBytes + 2 - (i % 3)]!,
  );
}

function readHeader(file: ByteCursor, name: string): Header {
  file.take(10);
  const stated = file.u32();
  const headerSize = file.u32();
  if (!HEADERS.includes(headerSize)) {
    throw new UnsupportedError(
      `${name} has a BMP header of ${headerSize} bytes; expected ${HEADERS.join(', ')}. Save it again as an ordinary BMP.`,
    );
  }
  const fields = readFields(file, headerSize);
  const { bits, compression, colors, width, height } = fields;
  checkPixelCount(width, height, name);
  const masks = readMasks(file, headerSize, bits, compression);
  // Masks of small headers stand behind them.
  file.at = Math.max(file.at, FILE_HEADER + headerSize);
  const entries = bits > 8 ? 0 : colors === 0 ? 1 << bits : Math.min(colors, 1 << bits);
  const palette = readPalette(file, entries, headerSize === OLD_HEADER ? 3 : 4);
  // Some programs state the place of the palette instead of that of the pixels.
  const misplaced = bits <= 8 && stated === FILE_HEADER + headerSize;
  const start = misplaced || stated === 0 ? file.at : stated;
  return { ...fields, start, palette, masks };
}

/** The numbers of palette entries of all pixels, in the order of the file. */
function readPlaces(file: ByteCursor, { width, height, bits }: Header): Uint8Array {
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const mask = (1 << bits) - 1;
  const out = new Uint8Array(width * height);
  for (let row = 0, o = 0; row < height; row++) {
    const data = file.take(rowBytes);
    for (let x = 0, bit = 0; x < width; x++, bit += bits)
      out[o++] = (data[bit >> 3]! >> (8 - bits - (bit & 7))) & mask;
  }
  return out;
}

/** How to get a channel of 8 bits out of a pixel: shift down, mask, scale. */
function fieldOf(mask: number, name: string): { shift: number; most: number } {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const most = mask >>> shift;
  if ((most & (most + 1)) !== 0 || most > 255) {
    throw new UnsupportedError(
      `${name} has a colour mask ${mask.toString(16)} in its BMP header that is not supported.`,
    );
  }
  return { shift, most };
}

/** The colours of all pixels, in the order of the file. */
function readColors(file: ByteCursor, header: Header, name: string): Uint8Array {
  const { width, height, bits, masks } = header;
  const bytesEach = bits / 8;
  const rowBytes = Math.ceil((width * bits) / 32) * 4;
  const fields = masks.filter((mask, c) => c < 3 || mask !== 0).map((mask) => fieldOf(mask, name));
  const out = new Uint8Array(width * height * fields.length);
  for (let row = 0, o = 0; row < height; row++) {
    const data = file.take(rowBytes);
    for (let x = 0, at = 0; x < width; x++, at += bytesEach) {
      let pixel = data[at]! | (data[at + 1]! << 8);
      if (bytesEach > 2) pixel |= data[at + 2]! << 16;
      if (bytesEach > 3) pixel |= data[at + 3]! << 24;
      for (const { shift, most } of fields) {
        const value = (pixel >>> shift) & most;
        out[o++] = most === 255 || most === 0 ? value : Math.trunc((value * 255) / most);
      }
    }
  }
  return out;
}

/** `rows` rows, the last one first. */
function upsideDown(data: Uint8Array, rows: number): Uint8Array {
  const rowSize = data.length / rows;
  const out = new Uint8Array(data.length);
  for (let row = 0; row < rows; row++) {
    out.set(data.subarray(row * rowSize, (row + 1) * rowSize), (rows - 1 - row) * rowSize);
  }
  return out;
}

function readPixels(file: ByteCursor, header: Header, name: string): Tensor {
  const { width, height, bits, compression } = header;
  const indexed = bits === 1 || bits === 4 || bits === 8;
  const plain = compression === RAW || (compression === BITFIELDS && !indexed);
  const runs = (compression === RUNS_8 && bits === 8) || (compression === RUNS_4 && bits === 4);
  if (!(indexed || bits === 16 || bits === 24 || bits === 32) || !(plain || runs)) {
    throw new UnsupportedError(
      `${name} is a BMP with ${bits} bits per pixel and compression ${compression}, which is not supported. Save it ` +
        'again as an ordinary BMP.',
    );
  }
  const upright = (data: Uint8Array) => (header.topDown ? data : upsideDown(data, height));
  if (!indexed) {
    const colors = readColors(file, header, name);
    return new Tensor([height, width, colors.length / (width * height)], 'uint8', upright(colors));
  }
  const places = runs ? decodeBmpRuns(file, width, height, bits, name) : readPlaces(file, header);
  const palette = { colors: fullPalette(header.palette) };
  return paintGreyOrColor(upright(places), height, width, palette, header.palette.length / 3);
}

/**
 * The pixels of a BMP file: uint8 `[height, width, channels]` with 1 (a palette of greys), 3 (RGB) or 4 (RGBA, where
 * the header states bits of alpha) channels.
 *
 * @throws FormatError for a damaged or cut-off file, UnsupportedError for rare codings.
 */
export function decodeBmp(bytes: Uint8Array, name: string): DecodedImage {
  const file = new ByteCursor(bytes, name, 'BMP');
  const header = readHeader(file, name);
  if (header.start > bytes.length)
    throw new FormatError(`${name} is cut off: its ${bytes.length} bytes have no pixels.`);
  file.at = header.start;
  return { pixels: readPixels(file, header, name), orientation: 1 };
}

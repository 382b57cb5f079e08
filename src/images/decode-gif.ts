/** @file The first frame of a GIF file (CompuServe, Graphics Interchange Format, version 89a). */

import { FormatError } from '../base/errors.ts';
import { ByteCursor } from './byte-cursor.ts';
import type { DecodedImage } from './decoded-image.ts';
import { checkPixelCount } from './image-limits.ts';
import { decodeLzw } from './lzw.ts';
import { fullPalette, paintGreyOrColor } from './palette.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;

/** What stands before the first frame. */
interface Screen {
  readonly width: number;
  readonly height: number;
  readonly palette: Uint8Array | undefined;
}

interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly interlaced: boolean;
  readonly palette: Uint8Array | undefined;
  /** The place in the palette that is not painted. */
  readonly transparent: number | undefined;
  /** Bits of the compressed data's first codes, less one. */
  readonly codeBits: number;
}

function readPalette(file: ByteCursor, flags: number): Uint8Array | undefined {
  return (flags & 0x80) === 0 ? undefined : file.take(3 << ((flags & 7) + 1));
}

function readScreen(file: ByteCursor): Screen {
  file.take(6);
  const width = file.u16();
  const height = file.u16();
  const flags = file.u8();
  file.take(2);
  return { width, height, palette: readPalette(file, flags) };
}

/** The blocks up to the empty one. */
function readBlocks(file: ByteCursor): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  for (let length = file.u8(); length > 0; length = file.u8()) blocks.push(file.take(length));
  return blocks;
}

function readFrame(file: ByteCursor, transparent: number | undefined): Frame {
  const [left, top, width, height] = [file.u16(), file.u16(), file.u16(), file.u16()];
  const flags = file.u8();
  const palette = readPalette(file, flags);
  return {
    left,
    top,
    width,
    height,
    interlaced: (flags & 0x40) !== 0,
    palette,
    transparent,
    codeBits: file.u8(),
  };
}

/** Skips to the first frame. */
function findFrame(file: ByteCursor, name: string): Frame {
  let transparent: number | undefined;
  for (;;) {
    const kind = file.u8();
    if (kind === IMAGE) return readFrame(file, transparent);
    if (kind === TRAILER) throw new FormatError(`${name} is a damaged GIF file: it has no image.`);
    if (kind !== EXTENSION) continue;
    const label = file.u8();
    const [block] = readBlocks(file);
    if (label === GRAPHIC_CONTROL && block !== undefined && block.length >= 4 && (block[0]! & 1) !== 0) {
      transparent = block[3];
    }
  }
}

/** The rows of a frame in the order in which the file has them. */
function rowOrder(height: number, interlaced: boolean): number[] {
  const passes = interlaced
    ? [
        [0, 8],
        [4, 8],
        [2, 4],
        [1, 2],
      ]
    : [[0, 1]]; // prettier-ignore
  const rows: number[] = [];
  for (const [first, step] of passes) for (let row = first!; row < height; row += step!) rows.push(row);
  return rows;
}

/**
 * The first frame of a GIF file, on its screen: RGB, RGBA when it has a transparent colour, or 1 channel when its palette
 * has greys only.
 *
 * @throws FormatError for a damaged or cut-off file.
 */
export function decodeGif(bytes: Uint8Array, name: string): DecodedImage {
  const file = new ByteCursor(bytes, name, 'GIF');
  const screen = readScreen(file);
  const frame = findFrame(file, name);
  const width = Math.max(screen.width, frame.left + frame.width);
  const height = Math.max(screen.height, frame.top + frame.height);
  checkPixelCount(width, height, name);
  checkPixelCount(frame.width, frame.height, name);
  const { transparent, codeBits } = frame;
  const pixels = decodeLzw(file, codeBits, frame.width * frame.height, name);
  const places = new Uint8Array(width * height).fill(transparent ?? 0);
  for (const [i, row] of rowOrder(frame.height, frame.interlaced).entries()) {
    places.set(
      pixels.subarray(i * frame.width, (i + 1) * frame.width),
      (frame.top + row) * width + frame.left,
    );
  }
  const entries = frame.palette ?? screen.palette ?? new Uint8Array();
  const colors = fullPalette(entries);
  const alpha =
    transparent === undefined
      ? undefined
      : new Uint8Array(256).fill(255).fill(0, transparent, transparent + 1);
  const palette = { colors, ...(alpha && { alpha }) };
  return { pixels: paintGreyOrColor(places, height, width, palette, 256), orientation: 1 };
}

/** @file From the compressed data of a PNG file to samples (W3C, PNG third edition, sections 7 to 10). */

import { Unzlib } from 'fflate';
import { FormatError } from '../base/errors.ts';

/** The header of a PNG file, which says how its samples are laid out. */
export interface PngLayout {
  readonly width: number;
  readonly height: number;
  /** Bits of a sample: 1, 2, 4, 8 or 16. */
  readonly depth: number;
  /** Samples of a pixel. */
  readonly samples: number;
  readonly interlaced: boolean;
}

/** Every `dx`th pixel of every `dy`th row, from the pixel at (x, y) on. */
interface PixelGrid {
  readonly x: number;
  readonly y: number;
  readonly dx: number;
  readonly dy: number;
}

const ALL_PIXELS: PixelGrid = { x: 0, y: 0, dx: 1, dy: 1 };
const ADAM7: readonly PixelGrid[] = [
  { x: 0, y: 0, dx: 8, dy: 8 },
  { x: 4, y: 0, dx: 8, dy: 8 },
  { x: 0, y: 4, dx: 4, dy: 8 },
  { x: 2, y: 0, dx: 4, dy: 4 },
  { x: 0, y: 2, dx: 2, dy: 4 },
  { x: 1, y: 0, dx: 2, dy: 2 },
  { x: 0, y: 1, dx: 1, dy: 2 },
];

/** A pass over the image, with its extents. */
interface Pass extends PixelGrid {
  readonly columns: number;
  readonly rows: number;
  readonly rowBytes: number;
}

function passesOf({ width, height, depth, samples, interlaced }: PngLayout): Pass[] {
  const grids = interlaced ? ADAM7 : [ALL_PIXELS];
  return grids
    .map((grid) => {
      const columns = Math.ceil((width - grid.x) / grid.dx);
      const rows = Math.ceil((height - grid.y) / grid.dy);
      return { ...grid, columns, rows, rowBytes: Math.ceil((columns * samples * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
}

// Deflate makes at most 1032 bytes of one, so a piece of this size gives at most 16 MB.
const PIECE = 16 << 10;

/**
 * The first `size` bytes of the zlib stream that lies in `parts`; what it has more is not even unpacked.
 *
 * @throws FormatError when it is damaged or has fewer.
 */
function inflate(parts: readonly Uint8Array[], size: number, name: string): Uint8Array {
  const out = new Uint8Array(size);
  let filled = 0;
  const stream = new Unzlib((data) => {
    out.set(data.subarray(0, size - filled), filled);
    filled = Math.min(size, filled + data.length);
  });
  try {
    for (const [i, part] of parts.entries()) {
      for (let at = 0; at < part.length && filled < size; at += PIECE) {
        stream.push(part.subarray(at, at + PIECE), i === parts.length - 1 && at + PIECE >= part.length);
      }
    }
  } catch (error) {
    throw new FormatError(`${name} is a damaged PNG file: ${(error as Error).message}.`, { cause: error });
  }
  if (filled < size) {
    throw new FormatError(`${name} is a damaged PNG file: it has ${filled} of ${size} bytes of pixels.`);
  }
  return out;
}

function paeth(left: number, up: number, corner: number): number {
  const estimate = left + up - corner;
  const byLeft = Math.abs(estimate - left);
  const byUp = Math.abs(estimate - up);
  const byCorner = Math.abs(estimate - corner);
  if (byLeft <= byUp && byLeft <= byCorner) return left;
  return byUp <= byCorner ? up : corner;
}

/** Undoes the filter of a row in place; `above` is the row before, or zeros. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, step: number, name: string): void {
  const { length } = row;
  if (filter === 1) for (let i = step; i < length; i++) row[i] = row[i]! + row[i - step]!;
  else if (filter === 2) for (let i = 0; i < length; i++) row[i] = row[i]! + above[i]!;
  else if (filter === 3) {
    for (let i = 0; i < length; i++) row[i] = row[i]! + (((i < step ? 0 : row[i - step]!) + above[i]!) >> 1);
  } else if (filter === 4) {
    for (let i = 0; i < step && i < length; i++) row[i] = row[i]! + above[i]!;
    for (let i = step; i < length; i++) row[i] = row[i]! + paeth(row[i - step]!, above[i]!, above[i - step]!);
  } else if (filter !== 0) {
    throw new FormatError(`${name} is a damaged PNG file: a row has filter ${filter}, expected 0 to 4.`);
  }
}

/** Sample `i` of a row. */
function sampleAt(row: Uint8Array, i: number, depth: number): number {
  if (depth === 8) return row[i]!;
  if (depth === 16) return (row[2 * i]! << 8) | row[2 * i + 1]!;
  const bit = i * depth;
  return (row[bit >> 3]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** Writes a row of a pass to its places. */
function scatter(
  out: Uint8Array | Uint16Array,
  row: Uint8Array,
  pass: Pass,
  index: number,
  layout: PngLayout,
): void {
  const { width, samples, depth } = layout;
  const start = ((pass.y + index * pass.dy) * width + pass.x) * samples;
  if (depth === 8 && pass.dx === 1) {
    out.set(row, start);
    return;
  }
  for (let column = 0, i = 0; column < pass.columns; column++) {
    const to = start + column * pass.dx * samples;
    for (let c = 0; c < samples; c++) out[to + c] = sampleAt(row, i++, depth);
  }
}

/** The samples of all pixels, `[height, width, samples]`, as they are in the file. */
export function readPngSamples(
  parts: readonly Uint8Array[],
  layout: PngLayout,
  name: string,
): Uint8Array | Uint16Array {
  const { width, height, samples, depth } = layout;
  const passes = passesOf(layout);
  const size = passes.reduce((sum, { rows, rowBytes }) => sum + rows * (rowBytes + 1), 0);
  const raw = inflate(parts, size, name);
  const count = width * height * samples;
  const out = depth === 16 ? new Uint16Array(count) : new Uint8Array(count);
  const step = Math.max(1, (samples * depth) >> 3);
  let at = 0;
  for (const pass of passes) {
    let above: Uint8Array = new Uint8Array(pass.rowBytes);
    for (let index = 0; index < pass.rows; index++, at += pass.rowBytes + 1) {
      const row = raw.subarray(at + 1, at + 1 + pass.rowBytes);
      unfilter(raw[at]!, row, above, step, name);
      scatter(out, row, pass, index, layout);
      above = row;
    }
  }
  return out;
}

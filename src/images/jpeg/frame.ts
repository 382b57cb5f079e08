/** @file The frame of an ordinary JPEG file: what its pixels are made of (ITU-T T.81, A.1 and B.2.2). */

export const BLOCK_SIZE = 8;
/** Of a block; each has 16 bits. */
export const COEFFICIENTS = 64;
export const BLOCK_BYTES = 2 * COEFFICIENTS;

/** Where the coefficients, which files have in zigzag order, are in a block of rows and columns. */
export const NATURAL_ORDER = Uint8Array.of(
  ...[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48],
  ...[41, 34, 27, 20, 13, 6, 7, 14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15],
  ...[23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63],
);

const RGB_IDS = [...'RGB'].map((char) => char.charCodeAt(0));

export interface Component {
  readonly id: number;
  /** Blocks in an MCU: columns and rows. */
  readonly h: number;
  readonly v: number;
  /** The number of its quantization table. */
  readonly quantization: number;
  /** Samples. */
  readonly width: number;
  readonly height: number;
  /** With blocks that only fill the last MCU up. */
  readonly blocksPerRow: number;
  /** Where its coefficients begin among those of a row of MCUs, in bytes. */
  readonly start: number;
}

export interface Frame {
  readonly progressive: boolean;
  readonly width: number;
  readonly height: number;
  readonly components: readonly Component[];
  /** Largest `h` and `v`. */
  readonly maxH: number;
  readonly maxV: number;
  readonly mcusPerRow: number;
  readonly mcuRows: number;
  /** Bytes of the coefficients of a row of MCUs: all rows of blocks of each component in turn. */
  readonly mcuRowBytes: number;
}

/** Sampling factors of brightness for which chroma, with factors of 1, is enlarged here. */
const LUMA_FACTORS = ['1x1', '2x1', '2x2', '1x2'];

/** Up to this width libjpeg repeats halved chroma instead of smoothing it. */
const NARROW = 4;

const MOST_EXTENT = 65500;
/** Largest sampling factor. */
const MOST_FACTOR = 4;

interface ComponentHeader {
  readonly id: number;
  readonly h: number;
  readonly v: number;
  readonly quantization: number;
}

function readComponents(segment: Uint8Array): ComponentHeader[] {
  const count = segment[5]!;
  const parts = Array.from({ length: count }, (_, i) => segment.subarray(6 + 3 * i, 9 + 3 * i));
  return parts.map(([id, factors, quantization]) => {
    return { id: id!, h: factors! >> 4, v: factors! & 15, quantization: quantization! };
  });
}

/** Whether these are grey, or YCbCr with sampling factors for which chroma is enlarged here. */
function areOrdinary(headers: readonly ComponentHeader[], width: number): boolean {
  const [{ h, v }, ...chroma] = headers as [ComponentHeader, ...ComponentHeader[]];
  const ids = headers.map(({ id }) => id);
  if (new Set(ids).size < ids.length || RGB_IDS.every((id, i) => id === ids[i])) return false;
  if (chroma.length === 0) return Math.min(h, v) >= 1 && Math.max(h, v) <= MOST_FACTOR;
  if (!LUMA_FACTORS.includes(`${h}x${v}`) || (h > 1 && width <= NARROW)) return false;
  return chroma.every((each) => each.h === 1 && each.v === 1);
}

/** The frame of a segment SOF0, SOF1 or SOF2; `undefined` for an unusual one. */
export function readFrame(segment: Uint8Array, progressive: boolean): Frame | undefined {
  const count = segment[5]!;
  if (segment[0] !== 8 || (count !== 1 && count !== 3) || segment.length !== 6 + 3 * count) return undefined;
  const [height, width] = [(segment[1]! << 8) | segment[2]!, (segment[3]! << 8) | segment[4]!];
  if (Math.min(width, height) < 1 || Math.max(width, height) > MOST_EXTENT) return undefined;
  const headers = readComponents(segment);
  if (!areOrdinary(headers, width)) return undefined;
  // The MCUs of a single component are single blocks, whatever its factors.
  const parts = count === 1 ? [{ ...headers[0]!, h: 1, v: 1 }] : headers;
  const { h: maxH, v: maxV } = parts[0]!;
  const mcusPerRow = Math.ceil(width / (BLOCK_SIZE * maxH));
  const mcuRows = Math.ceil(height / (BLOCK_SIZE * maxV));
  let mcuRowBytes = 0;
  const components = parts.map((part) => {
    const start = mcuRowBytes;
    const blocksPerRow = mcusPerRow * part.h;
    mcuRowBytes += blocksPerRow * part.v * BLOCK_BYTES;
    const size = { width: Math.ceil((width * part.h) / maxH), height: Math.ceil((height * part.v) / maxV) };
    return { ...part, ...size, blocksPerRow, start };
  });
  const size = { width, height, mcusPerRow, mcuRows, mcuRowBytes };
  return { progressive, components, maxH, maxV, ...size };
}

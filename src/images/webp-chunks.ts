/** @file The chunks of a WebP file (RFC 9649). Nothing here throws. */

import { readOrientation } from './exif.ts';

export const RIFF_HEADER = 12;
export const CHUNK_HEADER = 8;
export const ALPHA_FLAG = 0x10;

export interface WebpChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

/** Extents, and whether there is an alpha channel. */
export interface WebpSize {
  readonly width: number;
  readonly height: number;
  readonly alpha: boolean;
}

/** Three bytes, the lowest first. */
export function u24(data: Uint8Array, at: number): number {
  return data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16);
}

/** The chunks that lie in `bytes`, without one that is cut off. */
export function webpChunks(bytes: Uint8Array): WebpChunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: WebpChunk[] = [];
  for (let at = 0; at + CHUNK_HEADER <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    const end = at + CHUNK_HEADER + length;
    if (end > bytes.length) break;
    chunks.push({
      type: String.fromCharCode(...bytes.subarray(at, at + 4)),
      data: bytes.subarray(at + CHUNK_HEADER, end),
    });
    at = end + (length % 2);
  }
  return chunks;
}

/** The orientation in Exif data, which some programs begin as in JPEG files. */
export function webpOrientation(chunks: readonly WebpChunk[]): number {
  const exif = chunks.find(({ type }) => type === 'EXIF')?.data;
  if (exif === undefined) return 1;
  return readOrientation(String.fromCharCode(...exif.subarray(0, 4)) === 'Exif' ? exif.subarray(6) : exif);
}

/** The canvas of a file that begins with an extended header; undefined for others. */
export function canvasOf(chunks: readonly WebpChunk[]): WebpSize | undefined {
  const [first] = chunks;
  if (first?.type !== 'VP8X' || first.data.length < 10) return undefined;
  const { data } = first;
  return { width: 1 + u24(data, 4), height: 1 + u24(data, 7), alpha: (data[0]! & ALPHA_FLAG) !== 0 };
}

/** What the pixels in a chunk say of themselves; undefined for other chunks and damaged ones. */
export function readBitstream({ type, data }: WebpChunk): WebpSize | undefined {
  if (type === 'VP8L' && data.length >= 5 && data[0] === 0x2f) {
    const packed = u24(data, 1) + data[4]! * 0x1000000;
    return {
      width: 1 + (packed & 0x3fff),
      height: 1 + ((packed >>> 14) & 0x3fff),
      alpha: ((packed >>> 28) & 1) === 1,
    };
  }
  if (type !== 'VP8 ' || data.length < 10 || u24(data, 3) !== 0x2a019d) return undefined;
  return {
    width: (data[6]! | (data[7]! << 8)) & 0x3fff,
    height: (data[8]! | (data[9]! << 8)) & 0x3fff,
    alpha: false,
  };
}

/** @file The container of a WebP file (RFC 9649): sizes, alpha, orientation and the first frame. */

import { FormatError } from '../base/errors.ts';
import { readOrientation } from './exif.ts';
import { checkPixelCount } from './image-limits.ts';

/** A frame as a WebP file of its own. */
export interface WebpFrame {
  readonly file: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  /** Its place on the canvas. */
  readonly left: number;
  readonly top: number;
}

export interface WebpHeader {
  readonly width: number;
  readonly height: number;
  readonly hasAlpha: boolean;
  readonly orientation: number;
  /** The image, or the first one of an animation. */
  readonly frame: WebpFrame;
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const CHUNK_HEADER = 8;
const RIFF_HEADER = 12;
const ALPHA_FLAG = 0x10;
const FRAME_HEADER = 16;

const u24 = (data: Uint8Array, at: number) => data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16);

/** The chunks that lie in `bytes`, without one that is cut off. */
function chunksOf(bytes: Uint8Array): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks: Chunk[] = [];
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

/** A file with the chunks of a frame. */
function fileOf(chunks: readonly Chunk[], width: number, height: number): Uint8Array {
  const withAlpha = chunks.some(({ type }) => type === 'ALPH');
  const extended = new Uint8Array(10);
  const view = new DataView(extended.buffer);
  view.setUint32(0, ALPHA_FLAG, true);
  view.setUint32(4, width - 1, true);
  // The upper byte of the width's field is the lower one of the height's.
  view.setUint16(7, (height - 1) & 0xffff, true);
  extended[9] = (height - 1) >> 16;
  const all = withAlpha ? [{ type: 'VP8X', data: extended }, ...chunks] : chunks;
  const sizes = all.map(({ data }) => CHUNK_HEADER + data.length + (data.length % 2));
  const file = new Uint8Array(RIFF_HEADER + sizes.reduce((a, b) => a + b, 0));
  const write = (at: number, type: string, length: number) => {
    for (let i = 0; i < 4; i++) file[at + i] = type.charCodeAt(i);
    new DataView(file.buffer).setUint32(at + 4, length, true);
  };
  write(0, 'RIFF', file.length - CHUNK_HEADER);
  for (let i = 0; i < 4; i++) file[8 + i] = 'WEBP'.charCodeAt(i);
  let at = RIFF_HEADER;
  for (const [i, { type, data }] of all.entries()) {
    write(at, type, data.length);
    file.set(data, at + CHUNK_HEADER);
    at += sizes[i]!;
  }
  return file;
}

/** Size and alpha of a chunk with pixels; undefined when it is damaged. */
function readBitstream({
  type,
  data,
}: Chunk): { width: number; height: number; hasAlpha: boolean } | undefined {
  if (data.length < 10) return undefined;
  if (type === 'VP8L') {
    if (data[0] !== 0x2f) return undefined;
    const packed = u24(data, 1) + data[4]! * 0x1000000;
    return {
      width: 1 + (packed & 0x3fff),
      height: 1 + ((packed >>> 14) & 0x3fff),
      hasAlpha: ((packed >>> 28) & 1) === 1,
    };
  }
  if (u24(data, 3) !== 0x2a019d) return undefined;
  return { width: u24(data, 6) & 0x3fff, height: (u24(data, 8) | 0) & 0x3fff, hasAlpha: false };
}

function frameOf(chunks: readonly Chunk[], name: string): Omit<WebpFrame, 'left' | 'top'> {
  const pixels = chunks.find(({ type }) => type === 'VP8 ' || type === 'VP8L');
  const read = pixels && readBitstream(pixels);
  if (read === undefined) throw new FormatError(`${name} is a damaged WebP file: it has no image.`);
  const { width, height } = read;
  checkPixelCount(width, height, name);
  const alpha = chunks.filter(({ type }) => type === 'ALPH');
  const own = pixels!.type === 'VP8 ' ? [...alpha.slice(0, 1), pixels!] : [pixels!];
  return { file: fileOf(own, width, height), width, height, hasAlpha: read.hasAlpha || own.length > 1 };
}

/** Throws FormatError for damaged and cut-off files and for sizes beyond the limits. */
export function readWebpHeader(bytes: Uint8Array, name: string): WebpHeader {
  const stated =
    bytes.length < RIFF_HEADER
      ? Number.POSITIVE_INFINITY
      : new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + CHUNK_HEADER;
  if (stated > bytes.length) {
    throw new FormatError(
      `${name} is cut off: it has ${bytes.length} of the ${stated} bytes that its WebP header states.`,
    );
  }
  const chunks = chunksOf(bytes.subarray(RIFF_HEADER, stated));
  const exif = chunks.find(({ type }) => type === 'EXIF')?.data;
  const tiff =
    exif !== undefined && String.fromCharCode(...exif.subarray(0, 4)) === 'Exif' ? exif.subarray(6) : exif;
  const orientation = tiff === undefined ? 1 : readOrientation(tiff);
  const extended = chunks[0]?.type === 'VP8X' && chunks[0].data.length >= 10 ? chunks[0].data : undefined;
  if (extended === undefined) {
    const frame = { ...frameOf(chunks, name), left: 0, top: 0 };
    return { width: frame.width, height: frame.height, hasAlpha: frame.hasAlpha, orientation, frame };
  }
  const [width, height] = [1 + u24(extended, 4), 1 + u24(extended, 7)];
  checkPixelCount(width, height, name);
  const animation = chunks.find(({ type }) => type === 'ANMF')?.data;
  const inner = animation === undefined ? chunks : chunksOf(animation.subarray(FRAME_HEADER));
  const place =
    animation === undefined
      ? { left: 0, top: 0 }
      : { left: 2 * u24(animation, 0), top: 2 * u24(animation, 3) };
  const frame = { ...frameOf(inner, name), ...place };
  if (frame.left + frame.width > width || frame.top + frame.height > height) {
    throw new FormatError(`${name} is a damaged WebP file: its image is larger than its canvas.`);
  }
  return { width, height, hasAlpha: (extended[0]! & ALPHA_FLAG) !== 0, orientation, frame };
}

/** @file The container of a WebP file (RFC 9649): sizes, alpha, orientation and the first frame. */

import { FormatError } from '../base/errors.ts';
import { checkPixelCount } from './image-limits.ts';
import {
  ALPHA_FLAG,
  CHUNK_HEADER,
  canvasOf,
  RIFF_HEADER,
  readBitstream,
  u24,
  type WebpChunk,
  type WebpSize,
  webpChunks,
  webpOrientation,
} from './webp-chunks.ts';

/** A frame as a WebP file of its own. */
export interface WebpFrame extends WebpSize {
  readonly file: Uint8Array;
  /** Its place on the canvas. */
  readonly left: number;
  readonly top: number;
}

/** The canvas and what is on it. */
export interface WebpHeader extends WebpSize {
  readonly orientation: number;
  /** The image, or the first one of an animation. */
  readonly frame: WebpFrame;
}

const FRAME_HEADER = 16;

/** A file with the chunks of a frame. */
function fileOf(chunks: readonly WebpChunk[], width: number, height: number): Uint8Array {
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

function frameOf(chunks: readonly WebpChunk[], name: string): Omit<WebpFrame, 'left' | 'top'> {
  const pixels = chunks.find(({ type }) => type === 'VP8 ' || type === 'VP8L');
  const read = pixels && readBitstream(pixels);
  if (read === undefined) throw new FormatError(`${name} is a damaged WebP file: it has no image.`);
  const { width, height } = read;
  checkPixelCount(width, height, name);
  const alpha = chunks.filter(({ type }) => type === 'ALPH');
  const own = pixels!.type === 'VP8 ' ? [...alpha.slice(0, 1), pixels!] : [pixels!];
  return { file: fileOf(own, width, height), width, height, alpha: read.alpha || own.length > 1 };
}

/** Throws FormatError for damaged and cut-off files and for sizes beyond the limits. */
export function readWebpHeader(bytes: Uint8Array, name: string): WebpHeader {
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true) + CHUNK_HEADER;
  if (stated > bytes.length) {
    throw new FormatError(
      `${name} is cut off: it has ${bytes.length} of the ${stated} bytes that its WebP header states.`,
    );
  }
  const chunks = webpChunks(bytes.subarray(RIFF_HEADER, stated));
  const orientation = webpOrientation(chunks);
  const canvas = canvasOf(chunks);
  if (canvas === undefined) {
    const frame = { ...frameOf(chunks, name), left: 0, top: 0 };
    const { width, height, alpha } = frame;
    return { width, height, alpha, orientation, frame };
  }
  const { width, height } = canvas;
  checkPixelCount(width, height, name);
  const animation = chunks.find(({ type }) => type === 'ANMF')?.data;
  const inner = animation === undefined ? chunks : webpChunks(animation.subarray(FRAME_HEADER));
  const place =
    animation === undefined
      ? { left: 0, top: 0 }
      : { left: 2 * u24(animation, 0), top: 2 * u24(animation, 3) };
  const frame = { ...frameOf(inner, name), ...place };
  if (frame.left + frame.width > width || frame.top + frame.height > height) {
    throw new FormatError(`${name} is a damaged WebP file: its image is larger than its canvas.`);
  }
  return { ...canvas, orientation, frame };
}

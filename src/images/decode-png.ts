/** @file PNG bytes to pixels: every bit depth and colour type of the PNG specification (W3C, third edition). */

import { convertIndexedToRgb, type DecodedPng, decode } from 'fast-png';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import type { DecodedImage } from './decoded-image.ts';
import { checkPixelCount } from './image-limits.ts';

const INTERLACE_OFFSET = 28;
const DEPTH_OFFSET = 24;
const COLOR_TYPE_OFFSET = 25;
/**
 * The colour type whose pixels are numbers of palette entries. Files of other colour types may have a palette too, as a
 * suggestion for screens with few colours.
 */
const INDEXED = 3;
const HEADER_BYTES = 33;

function checkHeader(bytes: Uint8Array, name: string): void {
  if (bytes.length < HEADER_BYTES) {
    throw new FormatError(
      `${name} is cut off: a PNG file has at least ${HEADER_BYTES} bytes, received ${bytes.length}.`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  checkPixelCount(view.getUint32(16), view.getUint32(20), name);
  if (bytes[INTERLACE_OFFSET] !== 0 && bytes[DEPTH_OFFSET]! < 8) {
    throw new UnsupportedError(
      `${name} is an interlaced PNG with ${bytes[DEPTH_OFFSET]} bits per sample, which is not supported; save it without interlacing.`,
    );
  }
}

/**
 * Samples of one byte each, scaled so that the full range is 0 … 255. Of 16 bits the upper 8 are kept, as libpng does.
 */
function toBytes(png: DecodedPng): Uint8Array {
  const { data, depth, width, height, channels } = png;
  if (depth === 16) return Uint8Array.from(data, (sample) => sample >> 8);
  if (depth === 8) return new Uint8Array(data.buffer, data.byteOffset, data.length);
  // Samples of 1, 2 or 4 bits are packed from the high end; every row starts on a byte.
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const mask = (1 << depth) - 1;
  const out = new Uint8Array(width * height * channels);
  for (let i = 0; i < out.length; i++) {
    const column = i % width;
    const byte = data[((i - column) / width) * rowBytes + ((column * depth) >> 3)]!;
    out[i] = ((byte >> (8 - depth - ((column * depth) & 7))) & mask) * (255 / mask);
  }
  return out;
}

/** Adds an alpha channel: 0 where the samples are the one colour that the tRNS chunk names, else 255. */
function addKeyedAlpha(png: DecodedPng, bytes: Uint8Array, key: Uint16Array): Uint8Array {
  const { channels, depth, data } = png;
  const scale = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  // Compared at full depth: two 16-bit colours may share their upper bytes.
  const samples = depth === 16 ? data : bytes;
  const out = new Uint8Array((bytes.length / channels) * (channels + 1));
  for (let from = 0, to = 0; from < bytes.length; from += channels) {
    let matches = true;
    for (let c = 0; c < channels; c++) {
      out[to++] = bytes[from + c]!;
      matches &&= samples[from + c] === key[c]! * scale;
    }
    out[to++] = matches ? 0 : 255;
  }
  return out;
}

/**
 * The pixels of a PNG file: uint8 `[height, width, channels]` with 1 (grey), 2 (grey, alpha), 3 (RGB) or 4 (RGBA)
 * channels. Palettes become RGB, or RGBA when they have transparent entries.
 *
 * @throws FormatError for a damaged file (checksums included), UnsupportedError for interlacing below 8 bits.
 */
export function decodePng(bytes: Uint8Array, name: string): DecodedImage {
  checkHeader(bytes, name);
  const indexed = bytes[COLOR_TYPE_OFFSET] === INDEXED;
  let png: DecodedPng;
  let pixels: Uint8Array;
  try {
    png = decode(bytes, { checkCrc: true });
    pixels = indexed ? convertIndexedToRgb(png) : toBytes(png);
  } catch (error) {
    throw new FormatError(`${name} is a damaged PNG file: ${(error as Error).message}.`, { cause: error });
  }
  if (!indexed && png.transparency !== undefined) {
    pixels = addKeyedAlpha(png, pixels, png.transparency);
  }
  const { width, height } = png;
  const channels = pixels.length / (width * height);
  return { pixels: new Tensor([height, width, channels], 'uint8', pixels), orientation: 1 };
}

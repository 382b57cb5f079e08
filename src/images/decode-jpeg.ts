/** @file JPEG bytes to pixels (ITU-T T.81: baseline, extended and progressive Huffman coding at 8 bits). */

import jpeg from 'jpeg-js';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { Tensor } from '../base/tensor.ts';
import { checkPixelCount } from './image-limits.ts';

const SOS = 0xda;
const EOI = 0xd9;
const APP14 = 0xee;

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** The colour transform that an Adobe marker states: 0 none, 1 YCbCr, 2 YCCK; undefined without the marker. */
  readonly adobeTransform: number | undefined;
}

/** Start-of-frame markers; C4, C8 and CC lie in the same range and have other meanings. */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function checkFrame(marker: number, segment: Uint8Array, name: string): void {
  if (marker > 0xc2) {
    throw new UnsupportedError(
      `${name} is coded as JPEG type ${marker - 0xc0} (lossless, hierarchical or arithmetic); ` +
        'expected baseline or progressive. Save it again as an ordinary JPEG.',
    );
  }
  if (segment.length < 6)
    throw new FormatError(`${name} is a damaged JPEG file: its frame header is too short.`);
  if (segment[0] !== 8) {
    throw new UnsupportedError(
      `${name} has ${segment[0]} bits per sample; expected 8. Save it as an ordinary JPEG.`,
    );
  }
}

/** Walks the segments up to the first scan. */
function readFrame(bytes: Uint8Array, name: string): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let frame: Uint8Array | undefined;
  let adobeTransform: number | undefined;
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      throw new FormatError(
        `${name} is a damaged JPEG file: byte ${at} is ${bytes[at]}, expected a marker (255).`,
      );
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const segment = bytes.subarray(at + 4, at + 2 + view.getUint16(at + 2));
    if (isFrameMarker(marker)) {
      checkFrame(marker, segment, name);
      frame = segment;
    }
    if (
      marker === APP14 &&
      segment.length >= 12 &&
      String.fromCharCode(...segment.subarray(0, 5)) === 'Adobe'
    ) {
      adobeTransform = segment[11];
    }
    at += 2 + view.getUint16(at + 2);
    if (marker === SOS) break;
  }
  if (frame === undefined || !endsAfter(bytes, at)) {
    throw new FormatError(
      `${name} is cut off: its ${bytes.length} bytes end before the JPEG end marker (ff d9).`,
    );
  }
  const size = new DataView(frame.buffer, frame.byteOffset, frame.length);
  return { height: size.getUint16(1), width: size.getUint16(3), components: frame[5]!, adobeTransform };
}

/** True when an end marker follows `start`; cameras may put more data after it. */
function endsAfter(bytes: Uint8Array, start: number): boolean {
  for (let at = bytes.length - 2; at >= start; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === EOI) return true;
  }
  return false;
}

function decodeRgb(bytes: Uint8Array, frame: Frame, name: string): Uint8Array {
  try {
    const { data } = jpeg.decode(bytes, {
      useTArray: true,
      formatAsRGBA: false,
      tolerantDecoding: false,
      maxMemoryUsageInMB: 2048,
      // The decoder ignores an Adobe marker that states no transform.
      ...(frame.adobeTransform === 0 ? { colorTransform: false } : {}),
    });
    return data;
  } catch (error) {
    throw new FormatError(`${name} is a damaged JPEG file: ${(error as Error).message}.`, { cause: error });
  }
}

/**
 * The pixels of a JPEG file: uint8 `[height, width, channels]` with 1 (grey) or 3 (RGB) channels. The orientation that
 * Exif data may state is not applied, as in Keras.
 *
 * @throws FormatError for a damaged or cut-off file and for CMYK, UnsupportedError for rare codings.
 */
export function decodeJpeg(bytes: Uint8Array, name: string): Tensor {
  const frame = readFrame(bytes, name);
  const { width, height, components } = frame;
  checkPixelCount(width, height, name);
  if (components !== 1 && components !== 3) {
    throw new FormatError(
      `${name} has ${components} colour components${components === 4 ? ' (CMYK)' : ''}; expected 1 (grey) or 3. ` +
        'Convert it to RGB.',
    );
  }
  const rgb = decodeRgb(bytes, frame, name);
  if (components === 3) return new Tensor([height, width, 3], 'uint8', rgb);
  const grey = new Uint8Array(width * height);
  for (let i = 0; i < grey.length; i++) grey[i] = rgb[3 * i]!;
  return new Tensor([height, width, 1], 'uint8', grey);
}

/** @file What a JPEG file says about itself before its pixels (ITU-T T.81, annex B). */

import { FormatError, UnsupportedError } from '../base/errors.ts';
import { readOrientation } from './exif.ts';
import { checkPixelCount } from './image-limits.ts';

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const EXIF = 'Exif\0\0';

// Each scan of a progressive file may go over all pixels, however few bytes it has. Usual files have about ten scans.
const MOST_SCANS = 500;
const MOST_SCANNED_PIXELS = 4e9;

export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 grey, 3 colour, 4 CMYK or YCCK. */
  readonly components: number;
  /** Exif orientation, 1 to 8. */
  readonly orientation: number;
  /** Where the Exif data begins, if there is some. */
  readonly exifStart: number | undefined;
}

/** Start-of-frame markers; C4, C8 and CC lie in the same range and have other meanings. */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Markers without a length and a segment. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= SOI);
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
  const components = segment[5]!;
  if (components !== 1 && components !== 3 && components !== 4) {
    throw new UnsupportedError(
      `${name} has ${components} colour components; expected 1 (grey), 3 (RGB) or 4 (CMYK). Save it as an ordinary JPEG.`,
    );
  }
}

/** The segments from the start of the file up to the first scan, with the place behind them. */
function* segmentsOf(bytes: Uint8Array, name: string): Generator<{ marker: number; segment: Uint8Array }> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) {
      // Decoders skip such bytes, with a warning.
      at++;
      continue;
    }
    const marker = bytes[at + 1]!;
    if (marker === 0xff || marker === 0) at++;
    else if (standsAlone(marker)) at += 2;
    else if (marker === EOI) break;
    else {
      const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (length < 2)
        throw new FormatError(`${name} is a damaged JPEG file: byte ${at + 2} states no length.`);
      const end = at + 2 + length;
      yield { marker, segment: bytes.subarray(at + 4, end) };
      at = end;
    }
  }
}

function countMarkers(bytes: Uint8Array, start: number): { scans: number; ends: boolean } {
  let scans = 0;
  let ends = false;
  for (
    let at = bytes.indexOf(0xff, start);
    at >= 0 && at + 1 < bytes.length;
    at = bytes.indexOf(0xff, at + 1)
  ) {
    if (bytes[at + 1] === SOS) scans++;
    else if (bytes[at + 1] === EOI) ends = true;
  }
  return { scans, ends };
}

/**
 * Reads and checks the header.
 *
 * @throws FormatError for damaged and cut-off files and for sizes beyond the limits, UnsupportedError for rare codings.
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let frame: Uint8Array | undefined;
  let orientation = 1;
  let exifStart: number | undefined;
  let scanStart = bytes.length;
  for (const { marker, segment } of segmentsOf(bytes, name)) {
    if (marker === SOS) {
      scanStart = segment.byteOffset - bytes.byteOffset - 4;
      break;
    }
    if (isFrameMarker(marker)) {
      if (frame !== undefined)
        throw new FormatError(`${name} is a damaged JPEG file: it has two frame headers.`);
      checkFrame(marker, segment, name);
      frame = segment;
    } else if (marker === APP1 && EXIF.split('').every((char, i) => segment[i] === char.charCodeAt(0))) {
      orientation = readOrientation(segment.subarray(EXIF.length));
      exifStart = segment.byteOffset - bytes.byteOffset;
    }
  }
  const { scans, ends } = countMarkers(bytes, scanStart);
  if (frame === undefined || scans === 0 || !ends) {
    throw new FormatError(
      `${name} is cut off: its ${bytes.length} bytes end before the JPEG end marker (ff d9).`,
    );
  }
  const [height, width] = [(frame[1]! << 8) | frame[2]!, (frame[3]! << 8) | frame[4]!];
  checkPixelCount(width, height, name);
  if (scans > MOST_SCANS || scans * width * height > MOST_SCANNED_PIXELS) {
    throw new FormatError(
      `${name} is a damaged JPEG file: it has ${scans} scans of ${width} x ${height} pixels.`,
    );
  }
  return { height, width, components: frame[5]!, orientation, exifStart };
}

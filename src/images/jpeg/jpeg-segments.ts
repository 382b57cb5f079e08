/** @file The segments of a JPEG file (ITU-T T.81, annex B). Nothing here throws. */

import { readOrientation } from '../exif.ts';

const SOI = 0xd8;
const EOI = 0xd9;
const APP1 = 0xe1;
const EXIF = [...'Exif\0\0'].map((char) => char.charCodeAt(0));

/** Start of a scan. */
export const SOS = 0xda;

export interface JpegSegment {
  readonly marker: number;
  /** The place of the marker. */
  readonly start: number;
  /** What follows the marker and the length; shorter where the file is cut off. */
  readonly segment: Uint8Array;
}

/** Start-of-frame markers; C4, C8 and CC lie in the same range and have other meanings. */
export function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** Whether a segment holds Exif data. */
export function isExif(marker: number, segment: Uint8Array): boolean {
  return marker === APP1 && EXIF.every((byte, i) => segment[i] === byte);
}

/** The orientation that an Exif segment states. */
export function exifOrientationOf(segment: Uint8Array): number {
  return readOrientation(segment.subarray(EXIF.length));
}

/** Markers without a length and a segment. */
function standsAlone(marker: number): boolean {
  return marker === 0x01 || (marker >= 0xd0 && marker <= SOI);
}

/** The segments from the start of the file on, up to and with the first scan's. */
export function* jpegSegments(bytes: Uint8Array): Generator<JpegSegment> {
  let at = 2;
  while (at + 4 <= bytes.length) {
    const marker = bytes[at + 1]!;
    // Decoders skip bytes that are no marker, with a warning.
    if (bytes[at] !== 0xff || marker === 0xff || marker === 0) at++;
    else if (standsAlone(marker)) at += 2;
    else {
      const length = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      if (marker === EOI || length < 2) return;
      yield { marker, start: at, segment: bytes.subarray(at + 4, at + 2 + length) };
      if (marker === SOS) return;
      at += 2 + length;
    }
  }
}

/** From `start` on: the number of scans, and whether there is an end marker; cameras may put more data after it. */
export function countMarkers(bytes: Uint8Array, start: number): { scans: number; ends: boolean } {
  let scans = 0;
  let ends = false;
  for (let at = bytes.indexOf(0xff, start); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    if (bytes[at + 1] === SOS) scans++;
    else if (bytes[at + 1] === EOI) ends = true;
  }
  return { scans, ends };
}

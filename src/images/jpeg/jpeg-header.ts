/** @file What a JPEG file says about itself before its pixels (ITU-T T.81, annex B). */

import { FormatError, UnsupportedError } from '../../base/errors.ts';
import { checkPixelCount } from '../image-limits.ts';
import {
  countMarkers,
  exifOrientationOf,
  isExif,
  isFrameMarker,
  jpegSegments,
  SOS,
} from './jpeg-segments.ts';

// Each scan of a progressive file may go over all pixels, however few bytes it has. Usual files have about ten scans.
const MOST_SCANS = 500;
const MOST_SCANNED_PIXELS = 1.5e9;

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

/**
 * Reads and checks the header.
 *
 * @throws FormatError for damaged and cut-off files and for sizes beyond the limits, UnsupportedError for rare codings.
 */
export function readJpegHeader(bytes: Uint8Array, name: string): JpegHeader {
  let frame: Uint8Array | undefined;
  let exif: Uint8Array | undefined;
  let scanStart = bytes.length;
  for (const { marker, start, segment } of jpegSegments(bytes)) {
    if (marker === SOS) {
      scanStart = start;
      break;
    }
    if (isFrameMarker(marker)) {
      if (frame !== undefined)
        throw new FormatError(`${name} is a damaged JPEG file: it has two frame headers.`);
      checkFrame(marker, segment, name);
      frame = segment;
    } else if (isExif(marker, segment)) exif = segment;
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
  return {
    height,
    width,
    components: frame[5]!,
    orientation: exif === undefined ? 1 : exifOrientationOf(exif),
    exifStart: exif && exif.byteOffset - bytes.byteOffset,
  };
}

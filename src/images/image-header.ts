/**
 * @file What the first bytes of an image file say, without decoding: format, size, channels, orientation; and whether
 * the file has its end. Sources: ITU-T T.81 (JPEG), Exif 2.32, PNG third edition, GIF89a, RFC 9649 (WebP), and
 * Microsoft's description of bitmaps.
 */

import { readOrientation } from './exif.ts';
import {
  countMarkers,
  exifOrientationOf,
  isExif,
  isFrameMarker,
  jpegSegments,
  SOS,
} from './jpeg/jpeg-segments.ts';
import { canvasOf, RIFF_HEADER, readBitstream, webpChunks, webpOrientation } from './webp-chunks.ts';

/** Formats whose headers are known. */
export type ImageFormat = 'jpeg' | 'png' | 'gif' | 'bmp' | 'webp';

/** Colours as a file stores them; palettes count as colours. */
export type StoredColors = 'grayscale' | 'rgb' | 'cmyk';

/** What a file says of itself. */
export interface ImageHeader {
  readonly format: ImageFormat;
  /** Pixels, before the Exif orientation is applied; 0 where the header is damaged. */
  readonly width: number;
  readonly height: number;
  readonly colors: StoredColors;
  readonly alpha: boolean;
  /** Exif orientation, 1 (upright) to 8. */
  readonly orientation: number;
  /** False when the file ends before its format says that it should. */
  readonly complete: boolean;
}

type Reader = (bytes: Uint8Array, view: DataView) => Omit<ImageHeader, 'format'>;

const UNKNOWN = {
  width: 0,
  height: 0,
  colors: 'rgb',
  alpha: false,
  orientation: 1,
  complete: false,
} as const;

function textAt(bytes: Uint8Array, at: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + length));
}

// --- JPEG ---

const readJpeg: Reader = (bytes) => {
  let [width, height, colors, orientation, end] = [0, 0, 'rgb' as StoredColors, 1, bytes.length];
  for (const { marker, start, segment } of jpegSegments(bytes)) {
    if (isFrameMarker(marker) && segment.length >= 6) {
      height = (segment[1]! << 8) | segment[2]!;
      width = (segment[3]! << 8) | segment[4]!;
      colors = segment[5] === 4 ? 'cmyk' : segment[5] === 1 ? 'grayscale' : 'rgb';
    } else if (isExif(marker, segment)) orientation = exifOrientationOf(segment);
    else if (marker === SOS) end = start;
  }
  return { width, height, colors, alpha: false, orientation, complete: countMarkers(bytes, end).ends };
};

// --- PNG ---

const readPng: Reader = (bytes, view) => {
  if (bytes.length < 33) return UNKNOWN;
  const type = bytes[25]!;
  const header = { width: view.getUint32(16), height: view.getUint32(20) };
  let alpha = (type & 4) !== 0;
  let complete = false;
  let orientation = 1;
  for (let at = 8; at + 12 <= bytes.length; at += 12 + view.getUint32(at)) {
    const name = textAt(bytes, at + 4, 4);
    if (name === 'tRNS') alpha = true;
    if (name === 'eXIf') orientation = readOrientation(bytes.subarray(at + 8, at + 8 + view.getUint32(at)));
    if (name === 'IEND') complete = true;
  }
  return { ...header, colors: (type & 2) === 0 ? 'grayscale' : 'rgb', alpha, orientation, complete };
};

// --- GIF ---

/** Files often have zeros after the trailer. */
function lastByte(bytes: Uint8Array): number | undefined {
  let at = bytes.length - 1;
  while (at >= 0 && bytes[at] === 0) at--;
  return bytes[at];
}

const GIF_TRAILER = 0x3b;

const readGif: Reader = (bytes, view) => {
  if (bytes.length < 13) return UNKNOWN;
  const complete = lastByte(bytes) === GIF_TRAILER;
  return { ...UNKNOWN, width: view.getUint16(6, true), height: view.getUint16(8, true), complete };
};

// --- BMP ---

const OLD_HEADER = 12;

const readBmp: Reader = (bytes, view) => {
  if (bytes.length < 30) return UNKNOWN;
  const old = view.getUint32(14, true) === OLD_HEADER;
  const width = old ? view.getUint16(18, true) : Math.abs(view.getInt32(18, true));
  const height = old ? view.getUint16(20, true) : Math.abs(view.getInt32(22, true));
  const bits = view.getUint16(old ? 24 : 28, true);
  const compressed = !old && bytes.length >= 34 && view.getUint32(30, true) % 3 !== 0;
  const pixelBytes = Math.ceil((width * bits) / 32) * 4 * height;
  const end = compressed ? view.getUint32(2, true) : view.getUint32(10, true) + pixelBytes;
  return { ...UNKNOWN, width, height, complete: bytes.length >= end };
};

// --- WebP ---

const readWebp: Reader = (bytes, view) => {
  if (bytes.length < 30) return UNKNOWN;
  const chunks = webpChunks(bytes.subarray(RIFF_HEADER));
  const size = canvasOf(chunks) ?? chunks.map(readBitstream).find((each) => each !== undefined);
  const complete = bytes.length >= view.getUint32(4, true) + 8;
  return { ...UNKNOWN, ...size, orientation: webpOrientation(chunks), complete };
};

// --- All ---

interface KnownFormat {
  readonly format: ImageFormat;
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly read: Reader;
  /** Endings of names by which data sets find files. */
  readonly endings: readonly string[];
}

const FORMATS: readonly KnownFormat[] = [
  {
    format: 'jpeg',
    matches: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
    read: readJpeg,
    endings: ['.jpg', '.jpeg'],
  },
  {
    format: 'png',
    matches: (bytes) => textAt(bytes, 0, 8) === '\x89PNG\r\n\x1a\n',
    read: readPng,
    endings: ['.png'],
  },
  {
    format: 'gif',
    matches: (bytes) => /^GIF8[79]a$/.test(textAt(bytes, 0, 6)),
    read: readGif,
    endings: ['.gif'],
  },
  {
    format: 'bmp',
    // Two letters alone would match many texts; a bitmap's reserved bytes are 0.
    matches: (bytes) => textAt(bytes, 0, 2) === 'BM' && textAt(bytes, 6, 4) === '\0\0\0\0',
    read: readBmp,
    endings: ['.bmp'],
  },
  {
    format: 'webp',
    matches: (bytes) => textAt(bytes, 0, 4) === 'RIFF' && textAt(bytes, 8, 4) === 'WEBP',
    read: readWebp,
    endings: ['.webp'],
  },
];

function knownFormatOf(bytes: Uint8Array): KnownFormat | undefined {
  return FORMATS.find(({ matches }) => matches(bytes));
}

/** The format that the content of a file has; `undefined` for any other file. */
export function formatOfContent(bytes: Uint8Array): ImageFormat | undefined {
  return knownFormatOf(bytes)?.format;
}

/** Bytes at the start of a file by which its format is known. */
export const SIGNATURE_BYTES = 16;

/** The header of an image file; `undefined` when it is in none of the known formats. Never throws. */
export function readImageHeader(bytes: Uint8Array): ImageHeader | undefined {
  const known = knownFormatOf(bytes);
  if (known === undefined) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return { format: known.format, ...known.read(bytes, view) };
}

/** The format that the ending of a file's name promises. */
export function formatOfName(name: string): ImageFormat | undefined {
  const lower = name.toLowerCase();
  return FORMATS.find(({ endings }) => endings.some((ending) => lower.endsWith(ending)))?.format;
}

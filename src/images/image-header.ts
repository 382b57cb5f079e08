/**
 * @file What the first bytes of an image file say, without decoding: format, size, channels, orientation; and whether
 * the file has its end. Sources: ITU-T T.81 (JPEG), Exif 2.32, PNG third edition, GIF89a, RFC 9649 (WebP), and
 * Microsoft's description of bitmaps.
 */

import { readOrientation } from './exif.ts';

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

const SOS = 0xda;
const EOI = 0xd9;
const APP1 = 0xe1;

/** Start-of-frame markers; C4, C8 and CC lie in the same range and have other meanings. */
function isFrameMarker(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** True when an end marker follows `start`; cameras may put more data after it. */
function endsAfter(bytes: Uint8Array, start: number): boolean {
  for (let at = bytes.length - 2; at >= start; at--) {
    if (bytes[at] === 0xff && bytes[at + 1] === EOI) return true;
  }
  return false;
}

const readJpeg: Reader = (bytes, view) => {
  let width = 0;
  let height = 0;
  let colors: StoredColors = 'rgb';
  let orientation = 1;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++;
      continue;
    }
    const length = view.getUint16(at + 2);
    if (isFrameMarker(marker) && at + 10 <= bytes.length) {
      height = view.getUint16(at + 5);
      width = view.getUint16(at + 7);
      const components = bytes[at + 9]!;
      colors = components === 4 ? 'cmyk' : components === 1 ? 'grayscale' : 'rgb';
    }
    if (marker === APP1 && textAt(bytes, at + 4, 4) === 'Exif') {
      orientation = readOrientation(bytes.subarray(at + 10, at + 2 + length));
    }
    at += 2 + length;
    if (marker === SOS) break;
  }
  return { width, height, colors, alpha: false, orientation, complete: endsAfter(bytes, at) };
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

/** Width and height of the first chunk that has them, and the flags of a chunk VP8X. */
function webpFrame(bytes: Uint8Array, view: DataView): { width: number; height: number; alpha: boolean } {
  const kind = textAt(bytes, 12, 4);
  if (kind === 'VP8X') {
    const triple = (at: number) => bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
    return { width: 1 + triple(24), height: 1 + triple(27), alpha: (bytes[20]! & 0x10) !== 0 };
  }
  if (kind === 'VP8L') {
    const packed = view.getUint32(21, true);
    const alpha = (packed & 0x10000000) !== 0;
    return { width: 1 + (packed & 0x3fff), height: 1 + ((packed >> 14) & 0x3fff), alpha };
  }
  return {
    width: view.getUint16(26, true) & 0x3fff,
    height: view.getUint16(28, true) & 0x3fff,
    alpha: false,
  };
}

const readWebp: Reader = (bytes, view) => {
  if (bytes.length < 30) return UNKNOWN;
  let orientation = 1;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true);
    if (textAt(bytes, at, 4) === 'EXIF') {
      const body = bytes.subarray(at + 8, at + 8 + length);
      orientation = readOrientation(textAt(body, 0, 4) === 'Exif' ? body.subarray(6) : body);
    }
    at += 8 + length + (length % 2);
  }
  const complete = bytes.length >= view.getUint32(4, true) + 8;
  return { ...webpFrame(bytes, view), colors: 'rgb', orientation, complete };
};

// --- All ---

interface KnownFormat {
  readonly format: ImageFormat;
  readonly matches: (bytes: Uint8Array) => boolean;
  readonly read: Reader;
  /** Endings of names, the usual one first. */
  readonly endings: readonly string[];
}

const FORMATS: readonly KnownFormat[] = [
  {
    format: 'jpeg',
    matches: (bytes) => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
    read: readJpeg,
    endings: ['.jpg', '.jpeg', '.jpe', '.jfif'],
  },
  {
    format: 'png',
    matches: (bytes) => textAt(bytes, 0, 8) === '\x89PNG\r\n\x1a\n',
    read: readPng,
    endings: ['.png', '.apng'],
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
    endings: ['.bmp', '.dib'],
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

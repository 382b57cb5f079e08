/** @file What a file is that is no image of a known format, by its first bytes, for messages. */

/** Bytes, one for each character, that a file has at a place. */
const SIGNATURES: readonly (readonly [at: number, signature: string, what: string])[] = [
  [0, 'II*\0', 'a TIFF image'],
  [0, 'MM\0*', 'a TIFF image'],
  [4, 'ftypavi', 'an AVIF image'],
  [4, 'ftyphe', 'a HEIC image'],
  [4, 'ftypmif1', 'a HEIC image'],
  [4, 'ftyp', 'a video (MP4 or similar)'],
  [0, '\xff\x0a', 'a JPEG XL image'],
  [4, 'JXL ', 'a JPEG XL image'],
  [4, 'jP  ', 'a JPEG 2000 image'],
  [0, '8BPS', 'a Photoshop file'],
  [0, '\0\0\x01\0', 'an icon'],
  [0, '\0\x05\x16\x07', 'what macOS stores beside a file'],
  [0, '\xd0\xcf\x11\xe0', 'a Windows file (Thumbs.db or an old Office document)'],
  [0, '%PDF', 'a PDF document'],
  [0, 'PK\x03\x04', 'a ZIP archive'],
  [0, '\x1f\x8b', 'a gzip archive'],
];

const TEXTS: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)?(?:<!doctype svg[^>]*>\s*)?<svg/is, 'an SVG drawing'],
  [/^\s*<(?:!doctype html|html|head|body)/i, 'a web page'],
  [/^\s*[{[]/, 'a text (JSON or similar)'],
  // biome-ignore lint/suspicious/noControlCharactersInRegex: texts have few of the control characters
  [/^[^\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]+$/, 'a text'],
];

/** The most bytes that are looked at. */
const HEAD = 512;

/** Such as `a web page`; `undefined` when the bytes are of no kind that is often found among images. */
export function foreignKind(bytes: Uint8Array): string | undefined {
  const head = String.fromCharCode(...bytes.subarray(0, HEAD));
  const binary = SIGNATURES.find(([at, signature]) => head.startsWith(signature, at));
  return binary?.[2] ?? TEXTS.find(([pattern]) => pattern.test(head))?.[1];
}

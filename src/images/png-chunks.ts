/** @file The chunks of a PNG file (W3C, PNG third edition, section 5). */

import { FormatError } from '../base/errors.ts';

const SIGNATURE_BYTES = 8;

/** One chunk. */
export interface PngChunk {
  readonly type: string;
  readonly data: Uint8Array;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

/** The chunks up to IEND. Throws FormatError for a file that ends before, and for wrong checksums. */
export function* pngChunks(bytes: Uint8Array, name: string): Generator<PngChunk> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = SIGNATURE_BYTES;
  for (;;) {
    const length = at + 12 <= bytes.length ? view.getUint32(at) : Number.POSITIVE_INFINITY;
    const end = at + 12 + length;
    if (end > bytes.length) {
      throw new FormatError(
        `${name} is cut off: its ${bytes.length} bytes end before the PNG end chunk (IEND).`,
      );
    }
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new FormatError(`${name} is a damaged PNG file: the checksum of its chunk ${type} is wrong.`);
    }
    yield { type, data: bytes.subarray(at + 8, end - 4) };
    if (type === 'IEND') return;
    at = end;
  }
}

/** @file Unpacking gzip with what every platform has, without blocking the thread. */

import { FormatError } from '../base/errors.ts';

/** Whether the bytes start as a gzip file does (RFC 1952). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** The unpacked bytes; what is no gzip file is returned as it is. Throws FormatError for a damaged or cut-off file. */
export async function gunzip(bytes: Uint8Array, name = 'The file'): Promise<Uint8Array> {
  if (!isGzip(bytes)) return bytes;
  try {
    const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
    const unpacked = packed.pipeThrough(new DecompressionStream('gzip'));
    return new Uint8Array(await new Response(unpacked).arrayBuffer());
  } catch (error) {
    throw new FormatError(
      `${name} is damaged or cut off: it starts as a gzip file, but cannot be unpacked.`,
      {
        cause: error,
      },
    );
  }
}

/** @file Files of a tar archive (POSIX.1-1988 "ustar" and what came before it; names of up to 255 characters). */

import { FormatError } from '../base/errors.ts';

const BLOCK = 512;

function text(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder('latin1').decode(end < 0 ? field : field.subarray(0, end));
}

/**
 * The files of an archive by their paths, as views of its bytes. Folders and links are left out.
 *
 * @param name What messages call the archive.
 * @throws FormatError for what is no tar archive, and one that is cut off.
 */
export function readTar(bytes: Uint8Array, name = 'The archive'): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const digits = text(bytes, at + 124, 12).trim();
    if (!/^[0-7]+$/.test(digits)) {
      throw new FormatError(`${name} is not a tar archive: at byte ${at} there is no header of a file.`);
    }
    const size = Number.parseInt(digits, 8);
    const start = at + BLOCK;
    if (start + size > bytes.length) {
      throw new FormatError(
        `${name} is cut off: it ends at byte ${bytes.length}, within a file that ends at ${start + size}.`,
      );
    }
    const isUstar = text(bytes, at + 257, 5) === 'ustar';
    const prefix = isUstar ? text(bytes, at + 345, 155) : '';
    const path = `${prefix}${prefix === '' ? '' : '/'}${text(bytes, at, 100)}`;
    const type = bytes[at + 156]!;
    if (type === 0 || type === 0x30) files.set(path, bytes.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

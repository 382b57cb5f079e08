/** @file Files on disk: the only part of saving and loading that needs Node. */

import { FormatError, FoveaError, UnsupportedError, ValueError } from '../base/errors.ts';

/**
 * Writes `bytes` to `path`, all or nothing: into a new file beside it, flushed to the disk, then renamed. A failure
 * leaves the old file as it was and nothing new. Throws FoveaError when the system refuses, UnsupportedError in browsers.
 */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const { open, rename, rm } = await nodeFiles();
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw new FoveaError(
      `Cannot write '${path}': ${reason(error)}. The folder must exist and be writable, with space left.`,
    );
  }
}

/** The bytes of a file. Throws FormatError when it cannot be read, UnsupportedError in browsers. */
export async function readWholeFile(path: string): Promise<Uint8Array> {
  const { readFile } = await nodeFiles();
  try {
    return await readFile(path);
  } catch (error) {
    throw new FormatError(
      `Cannot read '${path}': ${reason(error)}. Check the path; it counts from ${process.cwd()}.`,
    );
  }
}

/** Throws ValueError unless `path` is a text that ends in `extension`. */
export function checkExtension(path: unknown, extension: string, how: string): asserts path is string {
  if (typeof path === 'string' && path.endsWith(extension)) return;
  throw new ValueError(
    `${how}: the file name must end in \`${extension}\`. Received: filepath=${String(path)}`,
  );
}

async function nodeFiles() {
  if (typeof process === 'undefined' || process.versions?.node === undefined) {
    throw new UnsupportedError(
      'There are no files in a browser. Use modelToBytes(model) and modelFromBytes(bytes), and keep the bytes where you like.',
    );
  }
  return import('node:fs/promises');
}

function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === 'ENOENT') return 'there is no such file or folder';
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'ENOSPC') return 'the disk is full';
  return message;
}

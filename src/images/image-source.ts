/** @file The bytes of image files, from wherever they are. */

import type { BlobLike } from '../base/blob-like.ts';
import { asTypedArray } from '../base/dtype.ts';
import { isNode } from '../base/environment.ts';
import { FoveaError, ValueError } from '../base/errors.ts';
import { type FilePath, isUrlObject } from '../base/file-path.ts';
import { describeValue } from '../base/options.ts';
import { checkFileSize } from './image-limits.ts';

/** A path (Node), a URL as text or object (`http:`, `https:`, `file:` under Node, `data:`, `blob:`), or a file's content. */
export type ImageSource = FilePath | Uint8Array | Uint8ClampedArray | BlobLike;

/** A source in the form in which it can be sent to a worker. */
export type PlainSource = string | Uint8Array | BlobLike;

/** An error that says why a file could not be read. */
function readError(name: string, reason: string, cause?: unknown): FoveaError {
  return new FoveaError(`Could not read the image ${name}: ${reason}.`, { cause });
}

/**
 * How files are read. `aside`: by other threads, while this one is free for other work. `here`: by this thread, which waits, with a
 * fifth of the processor time.
 */
export type FileReading = 'aside' | 'here';

let fileSystem: typeof import('node:fs') | undefined;

async function readFileBytes(path: string | URL, name: string, reading: FileReading): Promise<Uint8Array> {
  fileSystem ??= await import('node:fs');
  const { promises, readFileSync, statSync } = fileSystem;
  try {
    // Asked before, since reading a pipe may never end and a huge file fills the memory.
    const found = reading === 'here' ? statSync(path) : await promises.stat(path);
    if (!found.isFile()) throw readError(name, 'it is not a file');
    checkFileSize(found.size, name);
    return reading === 'here' ? readFileSync(path) : await promises.readFile(path);
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw readError(name, missing ? 'there is no such file' : (error as Error).message, error);
  }
}

async function fetchBytes(url: string, name: string): Promise<Uint8Array> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new FoveaError(`Could not fetch the image ${name}: ${(error as Error).message}.`, { cause: error });
  }
  if (!response.ok)
    throw new FoveaError(`Could not fetch the image ${name}: the server answered ${response.status}.`);
  return new Uint8Array(await response.arrayBuffer());
}

/** The source without the parts that only its own realm or thread has. Throws ValueError when it is none. */
export function plainSource(source: ImageSource, who: string): PlainSource {
  if (typeof source === 'string') return source;
  if (isUrlObject(source)) return source.href;
  if (source instanceof Blob) return source;
  const bytes = asTypedArray(source);
  if (bytes instanceof Uint8Array) return bytes;
  throw new ValueError(
    `${who}: expected a path, a URL, a Uint8Array or a Blob, received ${describeValue(source)}.`,
  );
}

/** The name of a source in messages. A data: URL is shortened, since its text holds all the pixels. */
export function nameOf(source: PlainSource): string {
  if (typeof source === 'string') return /^data:/i.test(source) ? `${source.slice(0, 24)}…` : source;
  return (source instanceof Blob && (source as BlobLike).name) || 'The image';
}

/** The bytes of a source. Browsers fetch every path, Node only what is not a file. Throws FoveaError. */
export async function readSource(source: PlainSource, reading: FileReading = 'aside'): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (typeof source !== 'string') {
    checkFileSize(source.size, nameOf(source));
    return new Uint8Array(await source.arrayBuffer());
  }
  if (!isNode() || /^(https?|data|blob):/i.test(source)) return fetchBytes(source, nameOf(source));
  return readFileBytes(/^file:/i.test(source) ? new URL(source) : source, nameOf(source), reading);
}

/** @file Opening a model's file, wherever it is: on the disk, in the web, in a zip archive, or given as File objects. */

import type { BlobLike } from '../base/blob-like.ts';
import { isNode } from '../base/environment.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { type FilePath, isUrlObject } from '../base/file-path.ts';
import { describeValue } from '../base/options.ts';
import { toFilePath } from './files.ts';
import { openDiskFile } from './places/disk.ts';
import { isBlobLike, openGivenFiles } from './places/given-files.ts';
import { openWebFile } from './places/web.ts';
import { modelInArchive } from './places/zip-archive.ts';
import type { SavedFile } from './saved-file.ts';

/**
 * Where a model's file is: a path (of the disk; in a browser it counts from the page's address), a `file:`, `http:`, `https:` or
 * `blob:` URL, a File or Blob, or a list of Files of which one is the model's own and the others lie beside it.
 */
export type FileSource = FilePath | BlobLike | ArrayLike<BlobLike>;

/**
 * The file that a model, or its weights, are read from; `how` names the caller. Throws FormatError when it cannot be read,
 * ValueError for values of other kinds.
 */
export async function openSource(source: FileSource, how: string): Promise<SavedFile> {
  return modelInArchive(await openFirst(source, how));
}

async function openFirst(source: FileSource, how: string): Promise<SavedFile> {
  if (isBlobLike(source)) return openGivenFiles([source], how);
  if (typeof source === 'string' || isUrlObject(source)) return openAddress(String(source), source, how);
  const files: unknown[] = typeof source === 'object' && source !== null ? Array.from(source) : [];
  if (files.length > 0 && files.every(isBlobLike)) return openGivenFiles(files, how);
  const isEmpty = typeof source === 'object' && source !== null && 'length' in source && source.length === 0;
  throw new ValueError(
    `${how} takes a path, a URL, a File, or a list of Files. Received: ${isEmpty ? 'a list of no files' : describeValue(source)}. Bytes are read by ` +
      'modelFromBytes(bytes).',
  );
}

function openAddress(text: string, source: FilePath, how: string): Promise<SavedFile> {
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === 'http' || scheme === 'https' || scheme === 'blob') return openUrl(text, undefined, how);
  if (isNode()) return toFilePath(source, how).then(openDiskFile);
  if (scheme !== undefined) {
    throw new UnsupportedError(
      `${how}: a browser cannot read ${text}. Give an http: or https: URL, or a File.`,
    );
  }
  return openUrl(text, globalThis.document?.baseURI ?? globalThis.location.href, how);
}

async function openUrl(text: string, base: string | undefined, how: string): Promise<SavedFile> {
  let url: URL;
  try {
    url = new URL(text, base);
  } catch {
    throw new ValueError(`${how}: ${describeValue(text)} is no URL.`);
  }
  return openWebFile(url.href);
}

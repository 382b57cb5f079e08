/** @file Files that a program has as objects: File and Blob. */

import type { BlobLike } from '../../base/blob-like.ts';
import { FormatError, ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { type FilePlace, SavedFile } from '../saved-file.ts';
import { firstFile, folderOf } from './first-file.ts';

/** True for a File or a Blob, of any realm. */
export function isBlobLike(value: unknown): value is BlobLike {
  return typeof value === 'object' && value !== null && 'arrayBuffer' in value && 'size' in value;
}

/** Beside a file that was given alone. */
const ONLY_FILE: FilePlace = {
  read: async () => ({ reason: 'only one file was given. Give all files of the model together, in a list' }),
};

/** Files by their paths, which are names alone unless a folder was chosen. */
type FilesByPath = ReadonlyMap<string, BlobLike>;

/** The file that the others belong to, or the only one. Throws ValueError for a list that has none. */
export async function openGivenFiles(files: readonly BlobLike[], how: string): Promise<SavedFile> {
  if (files.length === 1) {
    const [only] = files;
    const name = only!.name || 'The file';
    return new SavedFile(name, await contentOf(only!, name), ONLY_FILE);
  }
  const byPath: FilesByPath = new Map(files.map((file) => [pathOf(file, how), file]));
  if (byPath.size < files.length) {
    throw new ValueError(
      `${how}: two of the ${files.length} files have the same name; files are found by their names.`,
    );
  }
  const first = firstFile([...byPath.keys()]);
  if (first !== null) return savedFile(first, byPath.get(first)!, byPath);
  throw new ValueError(
    `${how}: expected one file that a model is opened by (model.json, or one that ends in .keras, .h5 or .json) among the files. Received ` +
      `${files.length === 0 ? 'none' : [...byPath.keys()].slice(0, 10).join(', ')}.`,
  );
}

function pathOf(file: BlobLike, how: string): string {
  const path = file.webkitRelativePath || file.name;
  if (path) return path;
  throw new ValueError(
    `${how}: files of a list are found by their names, received ${describeValue(file)} without one. Give new File([blob], 'name').`,
  );
}

async function savedFile(path: string, file: BlobLike, others: FilesByPath): Promise<SavedFile> {
  return new SavedFile(path, await contentOf(file, path), givenPlace(folderOf(path), others));
}

function givenPlace(folder: string, files: FilesByPath): FilePlace {
  const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);
  return {
    async read(path) {
      const exact = files.get(`${folder}${path}`);
      // Lists of files have no folders, whatever the path in the model says.
      const named = [...files].filter(([each]) => nameOf(each) === nameOf(path)).map(([, file]) => file);
      const found = exact ?? (named.length === 1 ? named[0] : undefined);
      if (found !== undefined) return contentOf(found, path);
      return { reason: `it is not among the ${files.size} files that were given` };
    },
  };
}

async function contentOf(file: BlobLike, name: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new FormatError(`Cannot read the file '${name}': ${(error as Error).message}.`, { cause: error });
  }
}

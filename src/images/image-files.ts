/** @file Which image files a folder has, in which classes, in Keras' order (keras/src/utils/dataset_utils.py). */

import type { Dirent } from 'node:fs';
import { isNode } from '../base/environment.ts';
import { FoveaError, UnsupportedError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { FileLike } from '../data/from-files.ts';

/** A browser's File, from an `<input type="file" webkitdirectory>` with its path below the folder that was chosen. */
export type FolderFile = FileLike & { readonly webkitRelativePath?: string };

/** A file, or its path, with the name of its class. */
export interface LabelledFile {
  readonly file: FileLike | string;
  readonly label: string | number;
}

/** Where images come from: the path of a folder, or files that are there already. */
export type ImageDirectory = string | ArrayLike<FolderFile> | ArrayLike<LabelledFile>;

/** A file and its path below the folder, with `/`. */
export interface FoundFile {
  readonly path: string;
  readonly source: string | FileLike;
}

/** Order of Python's `sorted`: by code points, where JavaScript compares UTF-16 units. */
function byCodePoints(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const difference = left[i]!.codePointAt(0)! - right[i]!.codePointAt(0)!;
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** A folder's files by the path of the folder below the root; '' is the root itself. */
type Listing = ReadonlyMap<string, readonly FoundFile[]>;

/** Everything below a directory that can be read: the names of its folders, and files. */
export interface Tree {
  /** For messages. */
  readonly name: string;
  /** Folders at the top, sorted, without hidden ones. */
  readonly folders: readonly string[];
  /** All files below the folder at the top of that name ('' for all), in the order in which Keras lists them. */
  files(folder: string, formats: readonly string[]): Promise<FoundFile[]>;
}

/**
 * Opens a directory. Throws ValueError for anything but a path or a list of files, FoveaError when there is no such
 * folder, UnsupportedError for a path in a browser.
 */
export async function openTree(who: string, directory: ImageDirectory, followLinks: boolean): Promise<Tree> {
  if (typeof directory === 'string') {
    if (isNode()) return folderTree(who, directory, followLinks);
    throw new UnsupportedError(
      `${who}: a browser cannot open the folder '${directory}'. Give the File objects of an <input type="file" webkitdirectory>.`,
    );
  }
  const isObject = typeof directory === 'object' && directory !== null;
  if (isObject && (Symbol.iterator in directory || 'length' in directory)) {
    return listTree(who, Array.from<FolderFile | LabelledFile>(directory));
  }
  throw new ValueError(
    `${who} takes the path of a folder or a list of File objects, received ${describeValue(directory)}.`,
  );
}

async function folderTree(who: string, directory: string, followLinks: boolean): Promise<Tree> {
  const { readdir, realpath, stat } = await import('node:fs/promises');
  const isFolder = async (path: string) => (await stat(path).catch(() => null))?.isDirectory() ?? false;
  if (!(await isFolder(directory))) {
    throw new FoveaError(`${who}: there is no folder '${directory}'. Give the path of a folder with images.`);
  }
  const root = directory.replace(/(?<=.)\/+$/, '');
  const entriesOf = async (path: string): Promise<Dirent[]> => {
    try {
      return await readdir(path, { withFileTypes: true });
    } catch (error) {
      throw new FoveaError(`${who}: could not read the folder '${path}': ${(error as Error).message}.`, {
        cause: error,
      });
    }
  };
  const top: string[] = [];
  for (const { name } of await entriesOf(directory)) {
    if (!name.startsWith('.') && (await isFolder(`${root}/${name}`))) top.push(name);
  }
  // A link may lead to a folder above it; `above` are the real paths of the folders that are being listed.
  const list = async (
    folder: string,
    listing: Map<string, FoundFile[]>,
    above: readonly string[],
  ): Promise<void> => {
    const place = folder === '' ? root : `${root}/${folder}`;
    const real = await realpath(place);
    if (above.includes(real)) return;
    const below = (name: string) => (folder === '' ? name : `${folder}/${name}`);
    const files: FoundFile[] = [];
    listing.set(folder, files);
    for (const entry of await entriesOf(place)) {
      const path = below(entry.name);
      const source = `${root}/${path}`;
      const isLink = entry.isSymbolicLink();
      if (isLink ? await isFolder(source) : entry.isDirectory()) {
        if (!isLink || followLinks) await list(path, listing, [...above, real]);
      } else files.push({ path, source });
    }
  };
  return {
    name: directory,
    folders: top.sort(byCodePoints),
    files: async (folder, formats) => {
      const listing = new Map<string, FoundFile[]>();
      await list(folder, listing, []);
      return inOrder(listing, formats);
    },
  };
}

function listTree(who: string, items: readonly (FolderFile | LabelledFile)[]): Tree {
  const found = items.map((item) => fromList(who, item));
  const folders = new Set(
    found.filter(({ path }) => path.includes('/')).map(({ path }) => path.split('/')[0]!),
  );
  return {
    name: `a list of ${items.length} files`,
    folders: [...folders].filter((name) => !name.startsWith('.')).sort(byCodePoints),
    files: async (folder, formats) => {
      const listing = new Map<string, FoundFile[]>();
      for (const file of found) {
        if (folder !== '' && !file.path.startsWith(`${folder}/`)) continue;
        const place = file.path.slice(0, Math.max(0, file.path.lastIndexOf('/')));
        const there = listing.get(place);
        if (there === undefined) listing.set(place, [file]);
        else there.push(file);
      }
      return inOrder(listing, formats);
    },
  };
}

/** A file of a list: below the folder of its label, or where it is below the folder that the user chose. */
function fromList(who: string, item: FolderFile | LabelledFile): FoundFile {
  const isFile = (value: unknown): value is FolderFile =>
    typeof value === 'object' && value !== null && 'arrayBuffer' in value && 'name' in value;
  if (isFile(item)) {
    const path = item.webkitRelativePath ?? '';
    return { path: path.includes('/') ? path.slice(path.indexOf('/') + 1) : item.name, source: item };
  }
  const { file, label } = item ?? {};
  if ((isFile(file) || typeof file === 'string') && label !== undefined) {
    const name = typeof file === 'string' ? file.replace(/^.*[\\/]/s, '') : file.name;
    return { path: `${label}/${name}`, source: file };
  }
  throw new ValueError(
    `${who}: a list must be of File objects or of records { file, label }, received ${describeValue(item)}.`,
  );
}

function inOrder(listing: Listing, formats: readonly string[]): FoundFile[] {
  const folders = [...listing.keys()].sort(byCodePoints);
  return folders.flatMap((folder) =>
    listing
      .get(folder)!
      .filter(({ path }) => formats.some((format) => path.toLowerCase().endsWith(format)))
      .sort((a, b) => byCodePoints(a.path, b.path)),
  );
}

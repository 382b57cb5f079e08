/** @file The files below a folder, with the part (train, validation, test) and the class that each belongs to. */

import type { Dirent } from 'node:fs';
import { FoveaError, ValueError } from '../../base/errors.ts';

/** Where a file belongs. */
interface Place {
  readonly part: string | null;
  readonly className: string | null;
  /** Whether it lies beside the folders of classes, where training does not look. */
  readonly misplaced: boolean;
}

/** A file, or an entry that cannot be opened as one. */
export interface FolderFile extends Place {
  /** Where it is on disk. */
  readonly location: string;
  /** Relative to the folder, with `/`. */
  readonly path: string;
  readonly name: string;
  /** Bytes; 0 with a `failure`. */
  readonly size: number;
  /** Why it cannot be read, when that is known already. */
  readonly failure: string | undefined;
}

/** A folder of classes: `train`, say, or the whole folder (null). */
export interface ListedPart {
  readonly name: string | null;
  readonly classNames: readonly string[];
}

export interface FolderListing {
  readonly files: readonly FolderFile[];
  /** In the order train, validation, test. */
  readonly parts: readonly ListedPart[];
  /** Of all parts, sorted. */
  readonly classNames: readonly string[];
}

/** Folder names of parts, in the order in which they are reported. */
const PART_NAMES = ['train', 'training', 'validation', 'valid', 'val', 'test', 'testing'];

interface Entry {
  readonly name: string;
  readonly location: string;
  readonly isFolder: boolean;
  readonly size: number;
  readonly failure: string | undefined;
}

/** Words for an error of the file system. */
export function describeFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'There is no permission to read it.';
  if (code === 'ELOOP') return 'It is a link that leads to itself.';
  return `It cannot be read: ${message}.`;
}

/** Lists folders. Links are followed, but not back to a folder that they are in. */
class FolderReader {
  readonly #fs: typeof import('node:fs/promises');
  readonly #join: (...parts: string[]) => string;

  constructor(fs: typeof import('node:fs/promises'), join: (...parts: string[]) => string) {
    this.#fs = fs;
    this.#join = join;
  }

  /** Entries sorted by name. */
  async entries(folder: string): Promise<Entry[]> {
    const found = await this.#fs.readdir(folder, { withFileTypes: true });
    found.sort((a, b) => (a.name < b.name ? -1 : 1));
    return Promise.all(found.map((entry) => this.#entry(folder, entry)));
  }

  async #entry(folder: string, entry: Dirent): Promise<Entry> {
    const location = this.#join(folder, entry.name);
    const about = { name: entry.name, location, isFolder: false, size: 0 };
    if (entry.isDirectory()) return { ...about, isFolder: true, failure: undefined };
    try {
      const found = await this.#fs.stat(location);
      if (found.isDirectory()) return { ...about, isFolder: true, failure: undefined };
      const failure = found.isFile() ? undefined : 'It is no ordinary file (a pipe, a socket or a device).';
      return { ...about, size: found.size, failure };
    } catch (error) {
      const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
      const failure =
        missing && entry.isSymbolicLink()
          ? 'It is a link to a file that does not exist.'
          : describeFailure(error);
      return { ...about, failure };
    }
  }

  /** All files below `folder`, which is in the folders `above`. */
  async below(
    folder: string,
    path: string,
    place: Place,
    above: readonly string[] = [],
  ): Promise<FolderFile[]> {
    let entries: Entry[];
    let real: string;
    try {
      real = await this.#fs.realpath(folder);
      if (above.includes(real)) return [];
      entries = await this.entries(folder);
    } catch (error) {
      return [{ ...place, location: folder, path, name: path, size: 0, failure: describeFailure(error) }];
    }
    const lists: FolderFile[][] = [];
    for (const { isFolder, ...entry } of entries) {
      const inside = `${path}/${entry.name}`;
      lists.push(
        isFolder
          ? await this.below(entry.location, inside, place, [...above, real])
          : [{ ...entry, ...place, path: inside }],
      );
    }
    return lists.flat();
  }
}

const isClass = (entry: Entry) => entry.isFolder && !entry.name.startsWith('.');

/** Collects files folder by folder. */
class Listing {
  readonly #reader: FolderReader;
  readonly #files: FolderFile[] = [];
  readonly #parts: ListedPart[] = [];

  constructor(reader: FolderReader) {
    this.#reader = reader;
  }

  /** The sub-folders of `top` that are parts; empty when they are classes. */
  async partsAmong(top: readonly Entry[]): Promise<Entry[]> {
    const named = top.filter(({ isFolder, name }) => isFolder && PART_NAMES.includes(name.toLowerCase()));
    for (const { location } of named) {
      if ((await this.#reader.entries(location).catch(() => [])).some(isClass)) return named;
    }
    return [];
  }

  async addPart(entries: readonly Entry[], name: string | null): Promise<void> {
    const classNames = entries.filter(isClass).map((entry) => entry.name);
    this.#parts.push({ name, classNames });
    for (const entry of entries) {
      const className = isClass(entry) ? entry.name : null;
      const misplaced = className === null && classNames.length > 0;
      await this.add(entry, name === null ? '' : `${name}/`, { part: name, className, misplaced });
    }
  }

  async add(entry: Entry, prefix: string, place: Place): Promise<void> {
    const { isFolder, ...file } = entry;
    const path = `${prefix}${entry.name}`;
    if (!isFolder) this.#files.push({ ...file, ...place, path });
    // One by one, because a call takes only so many arguments.
    else for (const inside of await this.#reader.below(entry.location, path, place)) this.#files.push(inside);
  }

  finish(): FolderListing {
    const rank = ({ name }: ListedPart) => (name === null ? 0 : PART_NAMES.indexOf(name.toLowerCase()));
    const parts = this.#parts.sort((a, b) => rank(a) - rank(b));
    const classNames = [...new Set(parts.flatMap((part) => part.classNames))].sort();
    return { files: this.#files, parts, classNames };
  }
}

async function topEntries(reader: FolderReader, folder: string): Promise<Entry[]> {
  try {
    return await reader.entries(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new ValueError(`There is no folder ${folder}.`, { cause: error });
    if (code === 'ENOTDIR') throw new ValueError(`${folder} is a file; expected a folder.`, { cause: error });
    throw new FoveaError(`The folder ${folder} cannot be listed: ${message}.`, { cause: error });
  }
}

/**
 * All files below `folder`. Sub-folders called train, validation or test (or valid, val, training, testing) are parts
 * when one of them has sub-folders of its own, which are then the classes. Otherwise the sub-folders are the classes.
 * Throws ValueError when there is no such folder.
 */
export async function listFolder(folder: string): Promise<FolderListing> {
  const { join } = await import('node:path');
  const reader = new FolderReader(await import('node:fs/promises'), join);
  const listing = new Listing(reader);
  const top = await topEntries(reader, folder);
  const parts = await listing.partsAmong(top);
  if (parts.length === 0) await listing.addPart(top, null);
  for (const entry of parts.length === 0 ? [] : top) {
    if (parts.includes(entry)) await listing.addPart(await topEntries(reader, entry.location), entry.name);
    else await listing.add(entry, '', { part: null, className: null, misplaced: true });
  }
  return listing.finish();
}

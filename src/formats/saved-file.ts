/** @file A file that was read, for formats to recognise by its content, and the files beside it. */

import { FormatError } from '../base/errors.ts';
import { isHdf5 } from './hdf5/object-header.ts';
import { type Hdf5Reader, openHdf5 } from './hdf5/reader.ts';

/** Where files that belong together lie: a folder, or what stands for one. */
export interface FilePlace {
  /**
   * The file at `path`, which counts from this place, has `/` between its parts and leads nowhere else. Throws FormatError
   * when there is such a file but it cannot be read.
   */
  read(path: string): Promise<Uint8Array | AbsentFile>;
  /** Whether a file that is not there is an error in the console of a page that asks for it. Left out: no. */
  readonly isRemote?: boolean;
}

/** Why there is no such file, for messages. */
export interface AbsentFile {
  readonly reason: string;
}

/** The place of bytes alone. */
export const NO_PLACE: FilePlace = {
  read: async () => ({ reason: 'only the bytes of one file were given' }),
};

/** The bytes of a file, and the way to those beside it. */
export class SavedFile {
  /** Its path, or what else names it in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly #place: FilePlace;
  #hdf5: Hdf5Reader | null | undefined;

  /** @param place Where the file and those beside it lie. */
  constructor(name: string, bytes: Uint8Array, place: FilePlace = NO_PLACE) {
    this.name = name;
    this.bytes = bytes;
    this.#place = place;
  }

  /** Its content when it is an HDF5 file, else null. Throws FormatError for a damaged one. */
  get hdf5(): Hdf5Reader | null {
    this.#hdf5 ??= isHdf5(this.bytes) ? openHdf5(this.bytes, this.name) : null;
    return this.#hdf5;
  }

  /**
   * A file beside it, or in a folder beside it; null when there is none. Throws FormatError when it cannot be read, and for
   * paths that lead elsewhere.
   */
  async beside(path: string): Promise<Uint8Array | null> {
    const found = await this.#place.read(insidePath(path, this.name));
    return found instanceof Uint8Array ? found : null;
  }

  /** As `beside`, for a file that is not needed: from a server it is only asked for if it is `likely` to be there. */
  async extra(path: string, likely: boolean): Promise<Uint8Array | null> {
    return likely || !this.#place.isRemote ? this.beside(path) : null;
  }

  /** As `beside`, but throws FormatError when there is no such file; `purpose` says what it is needed for. */
  async needed(path: string, purpose: string): Promise<Uint8Array> {
    const found = await this.#place.read(insidePath(path, this.name));
    if (found instanceof Uint8Array) return found;
    throw new FormatError(`${this.name} needs the file '${path}' beside it, ${purpose}: ${found.reason}.`);
  }
}

/**
 * The path without the `./` that some write before it. Throws FormatError for one that can lead out of its folder: absolute, with `..`,
 * of another drive or host.
 */
function insidePath(path: string, owner: string): string {
  const inside = path.startsWith('./') ? path.slice(2) : path;
  const parts = inside.split('/');
  const isInside =
    inside !== '' &&
    !/[\\:\0]/.test(inside) &&
    parts.every((part) => part !== '' && part !== '..' && part !== '.');
  if (isInside) return inside;
  throw new FormatError(
    `${owner} names the file ${JSON.stringify(path)}. Only files in its own folder are read, by paths such as 'weights.bin'.`,
  );
}

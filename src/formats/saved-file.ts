/** @file A file that was read, for formats to recognise by its content, and the files beside it. */

import { FormatError } from '../base/errors.ts';
import { isHdf5 } from './hdf5/object-header.ts';
import { type Hdf5Reader, openHdf5 } from './hdf5/reader.ts';

/** A folder, or what stands for one. */
export interface FilePlace {
  /**
   * The bytes of the file at `path`, which counts from this place, has `/` between its parts and leads nowhere else; null
   * when there is none. Throws FormatError when it cannot be read.
   */
  read(path: string): Promise<Uint8Array | null>;
}

/** The bytes of a file, and the way to those beside it. */
export class SavedFile {
  /** Its path, or what else names it in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly #place: FilePlace | null;
  #hdf5: Hdf5Reader | null | undefined;

  /** @param place Where the file and those beside it lie; null for bytes alone. */
  constructor(name: string, bytes: Uint8Array, place: FilePlace | null = null) {
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
   * The bytes of a file beside it, or in a folder beside it; null when there is none. Throws FormatError when it cannot be
   * read, and for paths that lead elsewhere.
   */
  async beside(path: string): Promise<Uint8Array | null> {
    checkInside(path, this.name);
    return (await this.#place?.read(path)) ?? null;
  }
}

/** Throws FormatError for a path that can lead out of its folder: absolute, with `..`, of another drive or host. */
function checkInside(path: string, owner: string): void {
  const parts = path.split('/');
  const isInside =
    path !== '' &&
    !/[\\:\0]/.test(path) &&
    parts.every((part) => part !== '' && part !== '..' && part !== '.');
  if (isInside) return;
  throw new FormatError(
    `${owner} names the file ${JSON.stringify(path)}. Only files in its own folder are read, by paths such as 'weights.bin'.`,
  );
}

/** @file A file that was read, for formats to recognise by its content. */

import { isHdf5 } from './hdf5/object-header.ts';
import { type Hdf5Reader, openHdf5 } from './hdf5/reader.ts';

/** The bytes of a file. */
export class SavedFile {
  /** Its path, or what else names it in messages. */
  readonly name: string;
  readonly bytes: Uint8Array;
  #hdf5: Hdf5Reader | null | undefined;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.bytes = bytes;
  }

  /** Its content when it is an HDF5 file, else null. Throws FormatError for a damaged one. */
  get hdf5(): Hdf5Reader | null {
    this.#hdf5 ??= isHdf5(this.bytes) ? openHdf5(this.bytes, this.name) : null;
    return this.#hdf5;
  }
}

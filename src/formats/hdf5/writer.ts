/** @file Writing HDF5 files in memory, through h5wasm: groups with text attributes, and datasets of numbers. */

import type { File, Group } from 'h5wasm';

/** The arrays that Fovea writes. */
export type Hdf5Data = Float32Array | BigInt64Array;

/** Writing to a new file. */
export interface Hdf5Writer {
  /** Makes a group, and those it lies in, and gives it text attributes. */
  group(path: string, attributes?: Readonly<Record<string, string>>): void;
  /** Makes a dataset in a group that is there. */
  dataset(path: string, shape: readonly number[], data: Hdf5Data): void;
}

type H5wasm = typeof import('h5wasm');
type MemoryFiles = NonNullable<H5wasm['FS']>;

/** h5wasm weighs 4 MB: loaded when the first file is written. */
async function loadLibrary(): Promise<{ library: H5wasm; files: MemoryFiles }> {
  const library = await import('h5wasm');
  const module = (await library.ready) as unknown as { activate_throwing_error_handler(): number };
  // Otherwise the library prints its errors and returns nonsense.
  module.activate_throwing_error_handler();
  return { library, files: library.FS! };
}

let fileNumber = 0;

/** Gives the body a name of its own in h5wasm's memory, and removes the file afterwards. */
async function withMemoryFile<T>(body: (name: string, library: H5wasm, files: MemoryFiles) => T): Promise<T> {
  const { library, files } = await loadLibrary();
  const name = `/fovea-${fileNumber++}.h5`;
  try {
    return body(name, library, files);
  } finally {
    if (files.analyzePath(name, false).exists) files.unlink(name);
  }
}

/** The bytes of the HDF5 file that `body` writes. */
export function writeHdf5(body: (writer: Hdf5Writer) => void): Promise<Uint8Array> {
  return withMemoryFile((path, library, files) => {
    const file = new library.File(path, 'w');
    try {
      body(makeWriter(file));
    } finally {
      file.close();
    }
    return files.readFile(path);
  });
}

function makeWriter(file: File): Hdf5Writer {
  const groups = new Map<string, Group>([['', file]]);
  const group = (path: string): Group => {
    const known = groups.get(path);
    if (known !== undefined) return known;
    const slash = path.lastIndexOf('/');
    const made = group(path.slice(0, Math.max(0, slash))).create_group(path.slice(slash + 1));
    groups.set(path, made);
    return made;
  };
  return {
    group(path, attributes = {}) {
      const target = group(path);
      for (const [name, value] of Object.entries(attributes)) target.create_attribute(name, value);
    },
    dataset(path, shape, data) {
      const slash = path.lastIndexOf('/');
      const target = group(path.slice(0, Math.max(0, slash)));
      target.create_dataset({ name: path.slice(slash + 1), data, shape: [...shape] });
    },
  };
}

/** @file HDF5 files in memory, through h5wasm: groups with a few attributes, and datasets of numbers. */

import type { Dataset, File, Group } from 'h5wasm';
import { FormatError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';

/** The arrays that Fovea writes. */
export type Hdf5Data = Float32Array | BigInt64Array;

/** A dataset that was found, its numbers not yet read. */
export interface Hdf5Dataset {
  readonly shape: readonly number[];
  /** The numbers. Throws FormatError for other types than numbers, and when the file is damaged. */
  read(): ArrayLike<number>;
}

/** Reading from an open file. Paths have no leading slash. */
export interface Hdf5Reader {
  /** Names in a group; null when there is no such group. */
  names(path: string): readonly string[] | null;
  /** A dataset; null when there is none at `path`. */
  dataset(path: string): Hdf5Dataset | null;
  /** An attribute's value; undefined without. The path '' is the file itself. */
  attribute(path: string, name: string): unknown;
}

/** Writing to a new file. */
export interface Hdf5Writer {
  /** Makes a group, and those it lies in, and gives it text attributes. */
  group(path: string, attributes?: Readonly<Record<string, string>>): void;
  /** Makes a dataset in a group that is there. */
  dataset(path: string, shape: readonly number[], data: Hdf5Data): void;
}

type H5wasm = typeof import('h5wasm');
type MemoryFiles = NonNullable<H5wasm['FS']>;

/** h5wasm weighs 4 MB: loaded when the first file is read or written. */
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

/**
 * Runs `body` on the HDF5 file that `bytes` are; `what` names it in messages. Throws FormatError when they are no HDF5
 * file, or a cut off or damaged one.
 */
export function readHdf5<T>(bytes: Uint8Array, what: string, body: (reader: Hdf5Reader) => T): Promise<T> {
  return withMemoryFile((path, library, files) => {
    files.writeFile(path, bytes);
    const file = guarded(what, () => new library.File(path, 'r'));
    try {
      return body(makeReader(file, library, what));
    } finally {
      file.close();
    }
  });
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

function makeReader(file: File, library: H5wasm, what: string): Hdf5Reader {
  const find = (path: string): Group | Dataset | null => {
    let found: Group | Dataset = file;
    for (const part of path.split('/').filter((one) => one !== '')) {
      if (!(found instanceof library.Group) || !found.keys().includes(part)) return null;
      const next = found.get(part);
      if (!(next instanceof library.Group) && !(next instanceof library.Dataset)) return null;
      found = next;
    }
    return found;
  };
  return {
    names: (path) =>
      guarded(what, () => {
        const found = find(path);
        return found instanceof library.Group ? found.keys() : null;
      }),
    dataset: (path) =>
      guarded(what, () => {
        const found = find(path);
        if (!(found instanceof library.Dataset)) return null;
        return { shape: found.shape ?? [], read: () => guarded(what, () => numbersOf(found, what)) };
      }),
    attribute: (path, name) => guarded(what, () => find(path)?.attrs[name]?.value),
  };
}

function numbersOf(dataset: Dataset, what: string): ArrayLike<number> {
  const { value, shape, path } = dataset;
  if (typeof value === 'number' || typeof value === 'bigint') return [Number(value)];
  if (value instanceof BigInt64Array || value instanceof BigUint64Array) return Array.from(value, Number);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return value;
  const type = typeof dataset.dtype === 'string' ? dataset.dtype : 'a compound type';
  throw new FormatError(
    `${what}: '${path}' of shape ${formatShape(shape ?? [])} holds ${type} instead of numbers.`,
  );
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

/** Turns what h5wasm throws (an Error with the trace of the HDF5 library) into one sentence. */
function guarded<T>(what: string, body: () => T): T {
  try {
    return body();
  } catch (error) {
    if (error instanceof FormatError) throw error;
    const trace = error instanceof Error ? error.message : String(error);
    const deepest = [...trace.matchAll(/#\d+:.*?\(\): (.*)/g)].at(-1)?.[1] ?? trace.split('\n')[0];
    throw new FormatError(`${what} is no HDF5 file, or a damaged one: ${deepest}. Copy or save it again.`);
  }
}

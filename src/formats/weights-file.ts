/**
 * @file The weights of Keras 3 files (`model.weights.h5`, `*.weights.h5`): an HDF5 group per layer, with the arrays
 * numbered in its sub-group `vars` (Keras' `saving_lib.py`, H5IOStore).
 */

import { FormatError } from '../base/errors.ts';
import { type Hdf5Reader, openHdf5 } from './hdf5/reader.ts';
import { type Hdf5Data, writeHdf5 } from './hdf5/writer.ts';

/** The arrays of one layer, or of the optimizer. */
export interface WeightGroup {
  /** Their path, such as `layers/conv2d`; '' for the model itself. */
  readonly path: string;
  /** The layer's name, stored with its arrays. */
  readonly name: string;
  readonly arrays: readonly { readonly shape: readonly number[]; readonly data: Hdf5Data }[];
}

/** An array of a weights file, its numbers not yet read. */
export interface StoredArray {
  readonly shape: readonly number[];
  /** The numbers. Throws FormatError when this part of the file is damaged. */
  read(): ArrayLike<number>;
}

/** An open weights file. */
export interface WeightsFile {
  /** The arrays at `path` in order; null when there is nothing. Throws FormatError when one is missing in between. */
  arrays(path: string): readonly StoredArray[] | null;
  /** All paths that hold at least one array. */
  paths(): readonly string[];
}

/** The bytes of a weights file. */
export function writeWeights(groups: readonly WeightGroup[]): Uint8Array {
  return writeHdf5((writer) => {
    for (const { path, name, arrays } of groups) {
      const vars = join(path, 'vars');
      writer.group(vars, { name });
      arrays.forEach(({ shape, data }, index) => {
        writer.dataset(`${vars}/${index}`, shape, data);
      });
    }
  });
}

/**
 * Opens a weights file; `what` names it in messages. Throws FormatError when the bytes are no HDF5 file, or one of another
 * layout.
 */
export function readWeights(bytes: Uint8Array, what: string): WeightsFile {
  const reader = openHdf5(bytes, what);
  if (reader.names('layers') === null && reader.names('vars') === null) {
    const found = (reader.names('') ?? []).join(', ');
    throw new FormatError(
      `${what} holds no Keras 3 weights: expected the group 'layers', found ${found === '' ? 'nothing' : found}.`,
    );
  }
  return {
    arrays: (path) => arraysAt(reader, path, what),
    paths: () => pathsWithArrays(reader, ''),
  };
}

function arraysAt(reader: Hdf5Reader, path: string, what: string): readonly StoredArray[] | null {
  const vars = join(path, 'vars');
  const names = arrayNames(reader, vars);
  if (names === null) return null;
  return names.map((_, index) => {
    const array = reader.dataset(`${vars}/${index}`);
    if (array !== null) return array;
    throw new FormatError(
      `${what}: '${vars}' holds ${names.join(', ')}, expected arrays 0 to ${names.length - 1}.`,
    );
  });
}

/** The names of arrays in a group; beside them can be a layer, of a class or property called `vars`. Null without the group. */
function arrayNames(reader: Hdf5Reader, vars: string): readonly string[] | null {
  return reader.names(vars)?.filter((name) => /^\d+$/.test(name)) ?? null;
}

function pathsWithArrays(reader: Hdf5Reader, path: string): string[] {
  const own = (arrayNames(reader, join(path, 'vars')) ?? []).length > 0 ? [path] : [];
  const inner = (reader.names(path) ?? []).filter((name) => !/^\d+$/.test(name));
  return [...own, ...inner.flatMap((name) => pathsWithArrays(reader, join(path, name)))];
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

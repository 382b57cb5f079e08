/**
 * @file CIFAR as Keras keeps it after a download of its own: pickle files with planes of pixels and lists of labels.
 * Node only.
 */

import { FormatError } from '../base/errors.ts';
import { homePath, readIfThere } from '../downloads/home-files.ts';
import { type CifarPart, joinParts } from './cifar-files.ts';
import type { ImagesAndLabels } from './images-and-labels.ts';
import { type Pickled, readPickle } from './pickle.ts';

function field(batch: Pickled, key: string, name: string): Pickled {
  const value = batch instanceof Map ? batch.get(key) : undefined;
  if (value === undefined) throw new FormatError(`${name} is no file of CIFAR: it has no '${key}'.`);
  return value;
}

/** The bytes of a pickled NumPy array: the last part of its state, after version, shape, type and order. */
function arrayBytes(array: Pickled, name: string): Uint8Array {
  const state = typeof array === 'object' && array !== null && 'args' in array ? array.state : undefined;
  const bytes = Array.isArray(state) ? state.at(-1) : undefined;
  if (bytes instanceof Uint8Array) return bytes;
  throw new FormatError(`${name} is no file of CIFAR: its 'data' is not an array of bytes.`);
}

/** What one of Keras' files of CIFAR holds. Throws FormatError for other files. */
export function parseKerasBatch(bytes: Uint8Array, labelKey: string, name: string): CifarPart {
  const batch = readPickle(bytes, name);
  const labels = field(batch, labelKey, name);
  if (!Array.isArray(labels) || !labels.every((label) => typeof label === 'number')) {
    throw new FormatError(`${name} is no file of CIFAR: its '${labelKey}' are not numbers.`);
  }
  return { name, planes: arrayBytes(field(batch, 'data', name), name), labels };
}

/**
 * The part of CIFAR in `files` of the first of `folders` that has the first of them; undefined where none has.
 *
 * @throws FormatError for damaged and missing files.
 */
export async function loadKerasCifar(
  folders: readonly string[],
  files: readonly string[],
  labelKey: string,
  classes: number,
): Promise<ImagesAndLabels | undefined> {
  const { join } = await import('node:path');
  for (const folder of await Promise.all(folders.map(homePath))) {
    const parts: CifarPart[] = [];
    for (const file of files) {
      const path = join(folder, file);
      const bytes = await readIfThere(path);
      if (bytes !== undefined) parts.push(parseKerasBatch(bytes, labelKey, path));
      else if (parts.length === 0) break;
      else throw new FormatError(`${path} is missing; delete ${folder}, so that it is downloaded again.`);
    }
    if (parts.length > 0) return joinParts(parts, classes);
  }
  return undefined;
}

/**
 * @file The legacy `.h5` layout of Keras 1, 2 and 3 (`legacy_h5_format.py`): attributes with lists of names say which layers
 * there are and which arrays each has; whole models have their config beside them. Objects that no list names are not looked
 * at.
 */

import type { Config } from '../base/config.ts';
import { FormatError } from '../base/errors.ts';
import type { Hdf5Reader } from './hdf5/reader.ts';
import { parseJsonRecord } from './json-record.ts';
import { OWN } from './own-record.ts';
import { isPrototypeKey } from './prototype-keys.ts';
import type { StoredArray } from './weights-file.ts';

/** An array with its name in the file, such as `conv2d/kernel:0`. */
export interface NamedArray extends StoredArray {
  readonly name: string;
}

/** A layer of the file. */
export interface LegacyLayer {
  readonly name: string;
  /** Trained arrays first, then statistics, those of layers inside included. */
  readonly arrays: readonly NamedArray[];
}

/** An open file. */
export interface LegacyH5 {
  /** `model_config`; null in a file of weights alone. */
  readonly modelConfig: Config | null;
  /** `training_config`; null where the model was not compiled. */
  readonly trainingConfig: Config | null;
  /** What Fovea keeps there in JSON; null in files of Keras. */
  readonly own: Config | null;
  /** The version of Keras that wrote the weights; null where the file does not say it, as in those of Keras 1. */
  readonly kerasVersion: string | null;
  /** What computed there: 'tensorflow', 'theano'; null where the file does not say it. */
  readonly backend: string | null;
  /** All layers in the order of the file, those without arrays included. */
  readonly layers: readonly LegacyLayer[];
  /** Arrays of the model itself; null where the file has no such group. */
  readonly topLevel: readonly NamedArray[] | null;
  /** The optimizer's state; null without. */
  readonly optimizer: readonly NamedArray[] | null;
}

/** The group of all layers in files of whole models. */
export const MODEL_WEIGHTS = 'model_weights';
/** The group, beside those of the layers, of the model's own arrays. */
export const TOP_LEVEL = 'top_level_model_weights';
export const OPTIMIZER = 'optimizer_weights';

/** Whether the HDF5 file has this layout. */
export function isLegacyH5(reader: Hdf5Reader): boolean {
  return ['', MODEL_WEIGHTS].some((group) => hasList(reader, group, 'layer_names'));
}

/** Opens a file of this layout; `what` names it in messages. Throws FormatError for damage. */
export function readLegacyH5(reader: Hdf5Reader, what: string): LegacyH5 {
  const group =
    !hasList(reader, '', 'layer_names') && reader.names(MODEL_WEIGHTS) !== null ? MODEL_WEIGHTS : '';
  const record = (name: string) => {
    const text = textAt(reader, '', name);
    return text === null ? null : parseJsonRecord(text, `${what}: '${name}'`);
  };
  const arraysOf = (path: string) => (reader.names(path) === null ? null : arraysAt(reader, path, what));
  return {
    modelConfig: record('model_config'),
    trainingConfig: record('training_config'),
    own: record(OWN),
    kerasVersion: textAt(reader, group, 'keras_version'),
    backend: textAt(reader, group, 'backend'),
    layers: namesAt(reader, group, 'layer_names', what).map((name) => {
      if (isPrototypeKey(name))
        throw new FormatError(`${what} has a layer called '${name}', which no model needs.`);
      const path = join(group, name);
      if (reader.names(path) !== null) return { name, arrays: arraysAt(reader, path, what) };
      throw new FormatError(`${what} names a layer '${name}' but has no group of that name. It is damaged.`);
    }),
    topLevel: arraysOf(join(group, TOP_LEVEL)),
    optimizer: arraysOf(OPTIMIZER),
  };
}

/** The arrays that the group's list names. */
function arraysAt(reader: Hdf5Reader, path: string, what: string): NamedArray[] {
  return namesAt(reader, path, 'weight_names', what).map((name) => {
    const array = reader.dataset(join(path, name));
    if (array !== null) return { name, shape: array.shape, read: () => array.read() };
    throw new FormatError(`${what}: '${path}' names an array '${name}' but does not hold it. It is damaged.`);
  });
}

function hasList(reader: Hdf5Reader, path: string, name: string): boolean {
  return [name, `${name}0`].some((each) => reader.attribute(path, each) !== undefined);
}

/** A list of names. One that is too long for an attribute is kept in parts: `layer_names0`, `layer_names1`, … */
function namesAt(reader: Hdf5Reader, path: string, name: string, what: string): string[] {
  const whole = reader.attribute(path, name);
  if (whole !== undefined) return toNames(whole, `${what}: '${name}' of '${path}'`);
  const names: string[] = [];
  for (let part = 0; ; part++) {
    const value = reader.attribute(path, `${name}${part}`);
    if (value === undefined) return names;
    names.push(...toNames(value, `${what}: '${name}${part}' of '${path}'`));
  }
}

function toNames(value: unknown, what: string): string[] {
  // An empty list has no texts that would say its type: h5py writes it as one of numbers.
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  throw new FormatError(`${what} is no list of names. The file is damaged.`);
}

function textAt(reader: Hdf5Reader, path: string, name: string): string | null {
  const value = reader.attribute(path, name);
  return typeof value === 'string' ? value : null;
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}/${name}`;
}

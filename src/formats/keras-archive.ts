/** @file The `.keras` archive of Keras 3: config.json, metadata.json and model.weights.h5 in a zip (`saving_lib.py`). */

import type { Config } from '../base/config.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { parseJsonRecord } from './json-record.ts';
import { kerasJson } from './keras-json.ts';
import { readZip, writeZip } from './zip.ts';

/** The Keras version whose layout is written. */
export const KERAS_VERSION = '3.15.1';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
const NUMPY_WEIGHTS = 'model.weights.npz';
/** The key of metadata.json under which Fovea keeps things that Keras does not have. */
const OWN = 'fovea';

/** What a `.keras` file holds. */
export interface KerasArchive {
  /** The serialized model. */
  readonly config: Config;
  /** The bytes of the weights file. */
  readonly weights: Uint8Array;
  /** Names of the classes, in the order of the model's outputs; null without. Keras ignores them. */
  readonly classNames?: readonly string[] | null;
  /** Factors of the learning rate by the names of layers; null without. Keras ignores them. Not checked when read. */
  readonly learningRateMultipliers?: Config | null;
}

/** An archive that was read. */
export interface ReadArchive extends KerasArchive {
  /** The Keras version that saved it; null where the file does not have it. */
  readonly kerasVersion: string | null;
}

/** The bytes of a `.keras` file; `saved` is the time noted in it. */
export function writeKerasArchive(
  { config, weights, classNames = null, learningRateMultipliers = null }: KerasArchive,
  saved: Date,
): Uint8Array {
  const own: Config = {
    ...(classNames && { class_names: classNames }),
    ...(learningRateMultipliers && { learning_rate_multipliers: learningRateMultipliers }),
  };
  const added: Config = Object.keys(own).length > 0 ? { [OWN]: own } : {};
  const metadata = { keras_version: KERAS_VERSION, date_saved: formatDate(saved), ...added };
  const encode = (value: Config) => new TextEncoder().encode(kerasJson(value));
  return writeZip({ [METADATA]: encode(metadata), [CONFIG]: encode(config), [WEIGHTS]: weights });
}

/**
 * Opens a `.keras` file; `what` names it in messages. Throws FormatError when it is no zip archive, a damaged one, or
 * without one of its members, UnsupportedError for weights in numpy's format.
 */
export function readKerasArchive(bytes: Uint8Array, what: string): ReadArchive {
  const members = readZip(bytes, [CONFIG, METADATA, WEIGHTS, NUMPY_WEIGHTS], what);
  const config = members[CONFIG];
  const weights = members[WEIGHTS];
  if (config === undefined) throw missing(what, CONFIG, members);
  if (weights === undefined) {
    if (members[NUMPY_WEIGHTS] === undefined) throw missing(what, WEIGHTS, members);
    throw new UnsupportedError(`${what} keeps its weights in ${NUMPY_WEIGHTS}; only ${WEIGHTS} is read.`);
  }
  const metadata = members[METADATA] === undefined ? {} : parseRecord(members[METADATA], METADATA, what);
  const { keras_version: version } = metadata;
  return {
    config: parseRecord(config, CONFIG, what),
    weights,
    kerasVersion: typeof version === 'string' ? version : null,
    classNames: classNamesOf(own(metadata), what),
    learningRateMultipliers: (own(metadata)?.learning_rate_multipliers ?? null) as Config | null,
  };
}

/** What Fovea wrote into the metadata. */
function own(metadata: Config): Config | null {
  return (metadata[OWN] as Config | undefined) ?? null;
}

/** The class names among what Fovea wrote into a file; null without. Throws FormatError unless they are a list of texts. */
export function classNamesOf(own: Config | null, what: string): readonly string[] | null {
  const names = own?.class_names ?? null;
  if (names === null) return null;
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) return names;
  throw new FormatError(`${what}: the class names in it are no list of texts.`);
}

function missing(what: string, name: string, members: object): FormatError {
  const found = Object.keys(members).join(', ');
  return new FormatError(
    `${what} is a zip archive but no .keras file of Keras 3: it has no '${name}'` +
      `${found === '' ? '' : `, only ${found}`}.`,
  );
}

function parseRecord(bytes: Uint8Array, name: string, what: string): Config {
  return parseJsonRecord(new TextDecoder().decode(bytes), `${what}: '${name}'`);
}

/** Keras' form, local time: `2026-11-24@04:08:41`. */
function formatDate(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}@${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':')}`;
}

/** @file The `.keras` archive of Keras 3: config.json, metadata.json and model.weights.h5 in a zip (`saving_lib.py`). */

import type { Config } from '../base/config.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { parseJsonRecord } from './json-record.ts';
import { kerasJson } from './keras-json.ts';
import { OWN, type OwnContent, ownRecord, readOwnRecord } from './own-record.ts';
import { readZip, writeZip, zipNames } from './zip.ts';

/** The Keras version whose layout is written. */
export const KERAS_VERSION = '3.15.1';

const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';
const NUMPY_WEIGHTS = 'model.weights.npz';

/** What a `.keras` file holds. */
export interface KerasArchive extends OwnContent {
  /** The serialized model. */
  readonly config: Config;
  /** The bytes of the weights file. */
  readonly weights: Uint8Array;
}

/** An archive that was read. */
export interface ReadArchive extends KerasArchive {
  /** The Keras version that saved it; null where the file does not have it. */
  readonly kerasVersion: string | null;
}

/** The bytes of a `.keras` file; `saved` is the time noted in it. */
export function writeKerasArchive(
  { config, weights, ...content }: Pick<KerasArchive, 'config' | 'weights'> & Partial<OwnContent>,
  saved: Date,
): Uint8Array {
  const { classNames = null, learningRateMultipliers = null } = content;
  const own = ownRecord({ classNames, learningRateMultipliers });
  const added: Config = own === null ? {} : { [OWN]: own };
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
  if (config === undefined) throw missing(what, CONFIG, zipNames(bytes, what));
  if (weights === undefined) {
    if (members[NUMPY_WEIGHTS] === undefined) throw missing(what, WEIGHTS, Object.keys(members));
    throw new UnsupportedError(`${what} keeps its weights in ${NUMPY_WEIGHTS}; only ${WEIGHTS} is read.`);
  }
  const metadata = members[METADATA] === undefined ? {} : parseRecord(members[METADATA], METADATA, what);
  const { keras_version: version } = metadata;
  return {
    config: parseRecord(config, CONFIG, what),
    weights,
    kerasVersion: typeof version === 'string' ? version : null,
    ...readOwnRecord((metadata[OWN] ?? null) as Config | null, what),
  };
}

function missing(what: string, name: string, members: readonly string[]): FormatError {
  const found = members.slice(0, 10).join(', ');
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

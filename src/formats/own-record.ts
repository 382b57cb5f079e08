/** @file What Fovea keeps in files of others, under a name of its own: things that Keras and TensorFlow.js do not have and ignore. */

import type { Config } from '../base/config.ts';
import { FormatError } from '../base/errors.ts';

/** The key, or the attribute, under which the record lies. */
export const OWN = 'fovea';

/** The content of the record. */
export interface OwnContent {
  /** Names of the classes, in the order of the model's outputs; null without. */
  readonly classNames: readonly string[] | null;
  /** Factors of the learning rate by the names of layers; null without. Not checked when read. */
  readonly learningRateMultipliers: Config | null;
}

/** The record with this content; null where there is nothing to keep. */
export function ownRecord({ classNames, learningRateMultipliers }: OwnContent): Config | null {
  if (classNames === null && learningRateMultipliers === null) return null;
  return {
    ...(classNames && { class_names: classNames }),
    ...(learningRateMultipliers && { learning_rate_multipliers: learningRateMultipliers }),
  };
}

/** The content of a record that `what` had; nothing for null. Throws FormatError for class names that are no list of texts. */
export function readOwnRecord(record: Config | null, what: string): OwnContent {
  const classNames = record?.class_names ?? null;
  const isList = Array.isArray(classNames) && classNames.every((name) => typeof name === 'string');
  if (classNames !== null && !isList) {
    throw new FormatError(`${what}: the class names in it are no list of texts.`);
  }
  return {
    classNames: classNames as readonly string[] | null,
    learningRateMultipliers: (record?.learning_rate_multipliers ?? null) as Config | null,
  };
}

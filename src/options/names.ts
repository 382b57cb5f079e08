/** @file Options for the name of a thing, whose default follows from its class' name. */

import { toSnakeCase, uniqueName } from '../base/names.ts';
import { wrongValue } from './kinds.ts';
import { Option, type Place } from './option.ts';

function nameOption(fallback: (owner: string) => string): Option<string, string, false> {
  const expected = 'a non-empty string';
  return new Option<string, string, false>({
    expected,
    read(given: unknown, place: Place): string {
      if (typeof given === 'string' && given !== '') return given;
      throw wrongValue(place, expected, given);
    },
    fallback: (_values, owner) => fallback(owner),
  });
}

/** A name. Default: `fixed`, or the class' name in snake case. */
export function className(fixed?: string): Option<string, string, false> {
  return nameOption((owner) => fixed ?? toSnakeCase(owner));
}

/** A name. Default: the class' name in snake case with the next free number, as Keras numbers: `auc`, `auc_1`. */
export function numberedName(): Option<string, string, false> {
  return nameOption((owner) => uniqueName(toSnakeCase(owner)));
}

/** @file The option that says how often a callback saves. */

import { wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';

/** After each epoch, or after each given number of batches. */
export type SaveFrequency = 'epoch' | number;

/** 'epoch' by default. */
export function saveFrequency(): Option<SaveFrequency, SaveFrequency, false> {
  const expected = "'epoch' or a whole number of batches from 1 up";
  return new Option<SaveFrequency, SaveFrequency, false>({
    expected,
    read(given, place) {
      if (given === 'epoch' || (Number.isSafeInteger(given) && (given as number) > 0))
        return given as SaveFrequency;
      throw wrongValue(place, expected, given);
    },
    fallback: () => 'epoch',
  });
}

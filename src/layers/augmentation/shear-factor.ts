/** @file The factor of a shear, which Keras reads and writes in different forms. */

import { Option } from '../../options/option.ts';
import { type Factor, factor, type Range, SIGNED_UNIT, UNIT } from './factor.ts';

function isSymmetric([low, high]: Range): boolean {
  return low === -high;
}

/**
 * A factor in 0…1; one number f means from -f to f. Keras writes that as the list [-f, f] to its files and does not read
 * such a list again. So files of Fovea have f, which Keras reads, and Fovea reads both.
 */
export function shearFactor(): Option<Range, Factor, false> {
  const { definition } = factor(UNIT, 0);
  return new Option<Range, Factor, false>({
    ...definition,
    read(given, place) {
      if (typeof given === 'number') {
        const [, most] = definition.read(given, place);
        return [0 - most, most];
      }
      const range = factor(SIGNED_UNIT).definition.read(given, place);
      return isSymmetric(range) ? range : definition.read(given, place);
    },
    write: (range) => (isSymmetric(range) ? range[1] : [...range]),
  });
}

/** @file The first numbers of a weight, and a way to skip them where a file has the numbers. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Initializer } from './initializer.ts';

/** How many calls of `withoutInitialValues` are running. */
let skipping = 0;

/**
 * Runs `body`. Weights that are made in it are zeros and no initializer runs: for models whose numbers are read from a
 * file next. Untouched memory of zeros takes no space, so a damaged file cannot make the program use more memory than
 * the file has numbers for.
 */
export function withoutInitialValues<T>(body: () => T): T {
  skipping++;
  try {
    return body();
  } finally {
    skipping--;
  }
}

/**
 * The first numbers of a weight called `name`. Throws ValueError when there is no memory for it, and when the initializer
 * gives something else than a Float32Array of as many numbers.
 */
export function initialValues(
  name: string,
  shape: readonly number[],
  initializer: Initializer,
): Float32Array {
  try {
    if (skipping > 0) return new Float32Array(sizeOf(shape));
    const values: unknown = initializer.fill(shape);
    if (values instanceof Float32Array && values.length === sizeOf(shape)) return values;
    throw new ValueError(
      `The initializer ${initializer.className} gave ${describeValue(values)} for weight '${name}' of shape ` +
        `${formatShape(shape)}, expected a Float32Array of ${sizeOf(shape)} numbers.`,
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const gigabytes = ((sizeOf(shape) * 4) / 2 ** 30).toFixed(1);
    throw new ValueError(
      `There is no memory for weight '${name}' of shape ${formatShape(shape)}, ${gigabytes} GiB. Make the layer smaller.`,
    );
  }
}

/** @file The first numbers of a weight, and leaving them out where a file brings the numbers. */

import { ValueError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Initializer } from './initializer.ts';

/** How many `withoutInitialValues` are running. */
let skipping = 0;

/**
 * Runs `body`, in which weights are made with zeros and no initializer runs: for models whose numbers are read right
 * afterwards. Memory that nobody writes to costs nothing, so that a file cannot ask for more than it holds.
 */
export function withoutInitialValues<T>(body: () => T): T {
  skipping++;
  try {
    return body();
  } finally {
    skipping--;
  }
}

/** The first numbers of a weight called `name`. Throws ValueError when there is no memory for it. */
export function initialValues(
  name: string,
  shape: readonly number[],
  initializer: Initializer,
): Float32Array {
  try {
    return skipping > 0 ? new Float32Array(sizeOf(shape)) : initializer.fill(shape);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const gigabytes = ((sizeOf(shape) * 4) / 2 ** 30).toFixed(1);
    throw new ValueError(
      `There is no memory for weight '${name}' of shape ${formatShape(shape)}, ${gigabytes} GiB. Make the layer smaller.`,
    );
  }
}

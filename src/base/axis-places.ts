/** @file How many places an axis may have where each of them is listed. */

import { ShapeError } from './errors.ts';

/** More rows or columns than any picture has; a list of so many takes some megabytes. */
const MOST_PLACES = 1 << 17;

/** Throws ShapeError for an axis of so many rows or columns that listing them could take all memory. */
export function checkPlaces(extent: number): void {
  if (extent <= MOST_PLACES) return;
  throw new ShapeError(
    `A map of ${extent} rows or columns is too large: at most ${MOST_PLACES} are possible. Make the image or the layer's size smaller.`,
  );
}

/** @file Which filters of a layer are looked at. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';

/** As many as the book shows. */
const DEFAULT_FILTERS = 64;

/** The chosen filters of `count`, the first 64 when left out. Throws ValueError, naming the layer, for others. */
export function filtersOption(how: string, filters: unknown, count: number, path: string): readonly number[] {
  if (filters === undefined) return Array.from({ length: Math.min(count, DEFAULT_FILTERS) }, (_, i) => i);
  const fits = (filter: unknown) =>
    Number.isInteger(filter) && (filter as number) >= 0 && (filter as number) < count;
  if (Array.isArray(filters) && filters.length > 0 && filters.every(fits)) return filters;
  throw new ValueError(
    `${how}: filters must be a list of numbers from 0 to ${count - 1}, which layer '${path}' has, received ` +
      `${describeValue(filters)}.`,
  );
}

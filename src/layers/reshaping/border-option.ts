/** @file The option for rows and columns around a map, which cropping removes and padding adds. */

import type { Border } from '../../ops/pad2d.ts';
import { wrongValue } from '../../options/kinds.ts';
import { Option } from '../../options/option.ts';

type Sides = readonly [before: number, after: number];

/** Rows at the top and at the bottom, columns left and right. */
export type BorderSides = readonly [rows: Sides, columns: Sides];

/** One number for all sides, one for rows and one for columns, or `[[top, bottom], [left, right]]`. */
export type GivenBorder = number | readonly [number | readonly number[], number | readonly number[]];

const EXPECTED =
  'a whole number from 0 up, two of them (for rows and for columns), or [[top, bottom], [left, right]]';

function sidesOf(given: unknown): Sides | null {
  const list: unknown = typeof given === 'number' ? [given, given] : given;
  const isPair =
    Array.isArray(list) && list.length === 2 && list.every((n) => Number.isSafeInteger(n) && n >= 0);
  return isPair ? [list[0], list[1]] : null;
}

/** Rows and columns around a map, by default as many on all sides. */
export function border(fallback: number): Option<BorderSides, GivenBorder, false> {
  return new Option<BorderSides, GivenBorder, false>({
    expected: EXPECTED,
    read(given, place) {
      const list: unknown = typeof given === 'number' ? [given, given] : given;
      const [rows, columns] = Array.isArray(list) && list.length === 2 ? list.map(sidesOf) : [];
      if (rows && columns) return [rows, columns];
      throw wrongValue(place, EXPECTED, given);
    },
    fallback: () => [
      [fallback, fallback],
      [fallback, fallback],
    ],
  });
}

/** The sides as ops take them. */
export function borderOf([[top, bottom], [left, right]]: BorderSides): Border {
  return { top, bottom, left, right };
}

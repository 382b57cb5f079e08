/** @file Factors: how strong a random transformation is at most, given as one number or as a lower and an upper one. */

import { wrongValue } from '../../options/kinds.ts';
import { Option, type Place } from '../../options/option.ts';

/** One number, or the lower and the upper end of what is drawn. */
export type Factor = number | readonly number[];

/** The ends of what is drawn, the lower one first. */
export type Range = readonly [number, number];

/** The bounds of both ends: `least` itself only when `closed`. */
export interface FactorBounds {
  readonly least: number;
  readonly most: number;
  /** False: `least` itself is not allowed. Default true. */
  readonly closed?: boolean;
  /** Whole numbers only. Default false. */
  readonly whole?: boolean;
}

/** Bounds of most factors. */
export const UNIT: FactorBounds = { least: 0, most: 1 };
export const SIGNED_UNIT: FactorBounds = { least: -1, most: 1 };

function expectation({ least, most, closed = true, whole = false }: FactorBounds): string {
  const numbers = whole ? 'whole number' : 'number';
  return `a ${numbers} (or a list of two ${numbers}s) in the range ${closed ? '[' : '('}${least}, ${most}]`;
}

function check(given: unknown, place: Place, bounds: FactorBounds): Factor {
  const { least, most, closed = true, whole = false } = bounds;
  const isIn = (value: unknown) =>
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (value as number) <= most &&
    (closed ? (value as number) >= least : (value as number) > least);
  if (isIn(given)) return given as number;
  if (Array.isArray(given) && given.length === 2 && given.every(isIn)) return given as readonly number[];
  throw wrongValue(place, expectation(bounds), given);
}

/** One number f means from -f, or from the lower bound if that is nearer, to f. */
export function rangeOf(factor: Factor, { least }: FactorBounds): Range {
  if (typeof factor !== 'number') return [Math.min(...factor), Math.max(...factor)];
  const most = Math.abs(factor);
  // 0 - most, since -0 would be written to files.
  return [Math.max(0 - most, least), most];
}

/** A factor whose config is the range. Without `fallback` it must be given. */
export function factor(bounds: FactorBounds): Option<Range, Factor, true>;
export function factor(bounds: FactorBounds, fallback: Factor): Option<Range, Factor, false>;
export function factor(bounds: FactorBounds, fallback?: Factor): Option<Range, Factor> {
  return new Option<Range, Factor>({
    expected: expectation(bounds),
    read: (given, place) => rangeOf(check(given, place, bounds), bounds),
    fallback: fallback === undefined ? undefined : () => rangeOf(fallback, bounds),
  });
}

/** A factor whose config is what was given; `rangeOf` gives its range. */
export function givenFactor(bounds: FactorBounds): Option<Factor, Factor, true> {
  return new Option<Factor, Factor, true>({
    expected: expectation(bounds),
    read: (given, place) => check(given, place, bounds),
  });
}

/** As `givenFactor`. Default null. */
export function optionalFactor(bounds: FactorBounds): Option<Factor | null, Factor | null, false> {
  return new Option<Factor | null, Factor | null, false>({
    ...givenFactor(bounds).orNull().definition,
    fallback: () => null,
  });
}

/** The smallest and the largest value of a pixel, the smaller first. Default [0, 255]. */
export function valueRange(): Option<Range, readonly number[], false> {
  const expected = 'a list of two different numbers';
  return new Option<Range, readonly number[], false>({
    expected,
    read(given, place) {
      const isRange = Array.isArray(given) && given.length === 2 && given.every(Number.isFinite);
      if (!isRange || given[0] === given[1]) throw wrongValue(place, expected, given);
      return [Math.min(...given), Math.max(...given)];
    },
    fallback: () => [0, 255],
  });
}

/** @file Checks of options records: wrong names and wrong values are errors that say what would be right. */

import { UnsupportedError, ValueError } from './errors.ts';
import { unknownNameError } from './suggest.ts';

/** A value as messages show it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return describeList(value);
  if (typeof value === 'object' && value !== null) {
    // Bundlers put _ before the names of classes that name themselves.
    const name = (value.constructor?.name ?? 'Object').replace(/^_(?=[A-Z])/, '');
    if (name === 'Promise') return 'a Promise (write await before it)';
    return name === 'Object' ? 'a record' : `a ${name}`;
  }
  return typeof value === 'function' ? 'a function' : String(value);
}

const LONGEST = 400;

/** Of long lists, such as the names of a thousand classes, the first items; of lists of lists, such as images, the beginning. */
function describeList(list: readonly unknown[]): string {
  const shown = list.slice(0, 20).map(describeValue).join(', ');
  if (shown.length > LONGEST) return `[${shown.slice(0, LONGEST)} … (${list.length} items)]`;
  return list.length > 20 ? `[${shown}, … (${list.length} items)]` : `[${shown}]`;
}

/**
 * Throws ValueError unless `options` is a record whose names are all `known`; the message names the nearest one.
 *
 * @param who The class the options are for, for messages.
 */
export function checkOptionNames(who: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ValueError(`${who} takes one record of options, received ${describeValue(options)}.`);
  }
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw unknownNameError(`${who} option`, name, known);
  }
}

/** A finite number, or `fallback` when left out. Throws ValueError otherwise, or when `test` is not met. */
export function numberOption(
  who: string,
  name: string,
  value: unknown,
  fallback: number,
  test: { readonly holds: (value: number) => boolean; readonly expected: string } = FINITE,
): number {
  if (value === undefined) return fallback;
  if (typeof value !== 'number' || !Number.isFinite(value) || !test.holds(value)) {
    throw new ValueError(
      `${who}: invalid value received for \`${name}\`. Expected ${test.expected}. Received: ${name}=${describeValue(value)}.`,
    );
  }
  return value;
}

const FINITE = { holds: () => true, expected: 'a finite number' };
/** Tests for `numberOption`. */
export const POSITIVE = { holds: (value: number) => value > 0, expected: 'a number above 0' };
export const NOT_NEGATIVE = { holds: (value: number) => value >= 0, expected: 'a number from 0 up' };
export const FRACTION = {
  holds: (value: number) => value >= 0 && value <= 1,
  expected: 'a number between 0 and 1',
};

/** A whole number from `least` up, or `fallback` when left out. Throws ValueError otherwise. */
export function wholeNumberOption(
  who: string,
  name: string,
  value: unknown,
  fallback: number,
  least: number,
): number {
  return numberOption(who, name, value, fallback, {
    holds: (number) => Number.isSafeInteger(number) && number >= least,
    expected: `a whole number from ${least} up`,
  });
}

/** A boolean, or `fallback` when left out. Throws ValueError for anything else. */
export function booleanOption(who: string, name: string, value: unknown, fallback: boolean): boolean {
  if (value === undefined) return fallback;
  if (typeof value !== 'boolean') {
    throw new ValueError(`${who}: \`${name}\` must be true or false, received ${describeValue(value)}.`);
  }
  return value;
}

/** Throws UnsupportedError when an option that Fovea does not have is set to anything but null or what means "off". */
export function refuseOption(who: string, name: string, value: unknown, off: unknown = null): void {
  if (value === undefined || value === null || value === off) return;
  throw new UnsupportedError(
    `${who}: ${name}=${describeValue(value)} is not supported yet. Leave ${name} out.`,
  );
}

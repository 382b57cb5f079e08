/** @file The kinds of options that any class may have: numbers, flags, texts, choices, pairs. */

import type { ConfigValue } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { canonicalName, toSnakeCase, uniqueName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import { checkSeed } from '../base/random.ts';
import { Option, optionKind, type Place } from './option.ts';
import { type Spelled, snakeCase } from './spelling.ts';

/** The error for a value that an option cannot have. */
export function wrongValue({ owner, name }: Place, expected: string, given: unknown): ValueError {
  return new ValueError(
    `${owner}: invalid value received for \`${name}\`. Expected ${expected}. Received: ${name}=${describeValue(given)}.`,
  );
}

/** Limits of a number. */
export interface NumberLimits {
  readonly atLeast?: number;
  readonly above?: number;
  readonly atMost?: number;
  readonly below?: number;
}

function describeLimits({ atLeast, above, atMost, below }: NumberLimits): string {
  if (atLeast !== undefined && atMost !== undefined) return `a number between ${atLeast} and ${atMost}`;
  if (above !== undefined && below !== undefined)
    return `a number between ${above} and ${below}, without both`;
  if (atLeast !== undefined && below !== undefined)
    return `a number from ${atLeast} up to but without ${below}`;
  if (atLeast !== undefined) return `a number from ${atLeast} up`;
  if (above !== undefined && atMost !== undefined) return `a number above ${above}, at most ${atMost}`;
  if (above !== undefined) return `a number above ${above}`;
  if (atMost !== undefined) return `a number up to ${atMost}`;
  return 'a finite number';
}

function isWithin(value: number, { atLeast, above, atMost, below }: NumberLimits): boolean {
  if (atLeast !== undefined && value < atLeast) return false;
  if (above !== undefined && value <= above) return false;
  if (atMost !== undefined && value > atMost) return false;
  return below === undefined || value < below;
}

/** A finite number within limits. */
export const number = optionKind<number, number, NumberLimits>((limits = {}) => {
  const expected = describeLimits(limits);
  return {
    expected,
    read(given, place) {
      if (typeof given === 'number' && Number.isFinite(given) && isWithin(given, limits)) return given;
      throw wrongValue(place, expected, given);
    },
  };
});

/** A number from 0 to 1. */
export const fraction = optionKind<number>(() => number(undefined, { atLeast: 0, atMost: 1 }).definition);

/** A whole number, also one below 0. */
export const wholeNumber = optionKind<number>(() => ({
  expected: 'a whole number',
  read(given, place) {
    if (Number.isSafeInteger(given)) return given as number;
    throw wrongValue(place, 'a whole number', given);
  },
}));

/** A whole number from 1 up, or from `least` up. */
export const count = optionKind<number, number, { readonly least: number }>(({ least } = { least: 1 }) => {
  const expected = `a whole number from ${least} up`;
  return {
    expected,
    read(given, place) {
      if (Number.isSafeInteger(given) && (given as number) >= least) return given as number;
      throw wrongValue(place, expected, given);
    },
  };
});

/** A list of one number or more, each within limits. */
export const numbers = optionKind<
  readonly number[],
  readonly number[],
  NumberLimits & { readonly whole?: boolean }
>(({ whole = false, ...limits } = {}) => {
  const expected = `a list of numbers, each ${whole ? 'a whole number, ' : ''}${describeLimits(limits)}`;
  const isNumber = whole ? Number.isSafeInteger : Number.isFinite;
  const valid = (each: unknown) => isNumber(each) && isWithin(each as number, limits);
  return {
    expected,
    read(given, place) {
      if (Array.isArray(given) && given.length > 0 && given.every(valid)) return given as readonly number[];
      throw wrongValue(place, expected, given);
    },
  };
});

/** True or false. */
export const flag = optionKind<boolean>(() => ({
  expected: 'true or false',
  read(given, place) {
    if (typeof given === 'boolean') return given;
    throw wrongValue(place, 'true or false', given);
  },
}));

/** A text that is not empty. */
export const text = optionKind<string>(() => ({
  expected: 'a non-empty string',
  read(given, place) {
    if (typeof given === 'string' && given !== '') return given;
    throw wrongValue(place, 'a non-empty string', given);
  },
}));

/** A list of texts, which may have none. */
export const texts = optionKind<readonly string[]>(() => ({
  expected: 'a list of strings',
  read(given, place) {
    if (Array.isArray(given) && given.every((each) => typeof each === 'string')) return given;
    throw wrongValue(place, 'a list of strings', given);
  },
}));

/** One of several names. */
export class Choice<Name extends string> extends Option<Name, Spelled<Name>, false> {
  readonly #names: readonly Name[];

  constructor(names: readonly Name[], others: Readonly<Record<string, Name>>) {
    const expected = `one of ${names.map((name) => `'${name}'`).join(', ')}`;
    super({
      expected,
      read(given, place) {
        const same = (name: string) => canonicalName(name) === canonicalName(String(given));
        const other = Object.keys(others).find(same);
        const found = other === undefined ? names.find(same) : others[other];
        if (typeof given === 'string' && found !== undefined) return found;
        throw wrongValue(place, expected, given);
      },
      fallback: () => names[0]!,
      write: snakeCase,
    });
    this.#names = names;
  }

  /** Other names, each with the one that it means. */
  also(others: Readonly<Record<string, Name>>): Choice<Name> {
    return new Choice(this.#names, others);
  }
}

/** One of several names, the first of which is the default. Configs have them in Keras' spelling. */
export function oneOf<const Names extends readonly string[]>(...names: Names): Choice<Names[number]> {
  return new Choice<Names[number]>(names, {});
}

/** One number for both axes, or one for height and one for width. */
export type Pair = number | readonly number[];

/** Two whole numbers from 1 up (or from `least` up), or one for both. `fallback` may look at the options before it. */
export function pair(): Option<readonly [number, number], Pair, true>;
export function pair(
  fallback: number | ((values: Readonly<Record<string, unknown>>) => readonly [number, number]),
): Option<readonly [number, number], Pair, false>;
export function pair(
  fallback: null,
  limits?: { readonly least: number },
): Option<readonly [number, number] | null, Pair | null, false>;
export function pair(
  fallback?: number | null | ((values: Readonly<Record<string, unknown>>) => readonly [number, number]),
  { least } = { least: 1 },
): Option<readonly [number, number] | null, Pair | null> {
  const expected = `a list of 2 integers ${least === 1 ? 'above 0' : `from ${least} up`}, or one for both`;
  const option = new Option<readonly [number, number], Pair>({
    expected,
    read(given, place) {
      const list: unknown = typeof given === 'number' ? [given, given] : given;
      const isPair =
        Array.isArray(list) && list.length === 2 && list.every((n) => Number.isSafeInteger(n) && n >= least);
      if (!isPair) throw wrongValue(place, expected, given);
      return [list[0] as number, list[1] as number];
    },
    fallback:
      typeof fallback === 'number'
        ? () => [fallback, fallback]
        : ((fallback as () => readonly [number, number]) ?? undefined),
  });
  return fallback === null ? new Option({ ...option.orNull().definition, fallback: () => null }) : option;
}

/** A whole number from 0 to 2^32 - 1 that makes random numbers the same in every run; null: they follow `utils.setRandomSeed`. */
export function seed(): Option<number | null, number | null, false> {
  const expected = 'a whole number from 0 to 4294967295';
  return optionKind<number>(() => ({ expected, read: (given) => checkSeed(given as number) }))(null);
}

/** A list of axes, or one of them, which configs have as a number; negative ones count from the end. */
export const axes = optionKind<readonly number[], number | readonly number[]>(() => {
  const expected = 'a whole number or a list of whole numbers';
  return {
    expected,
    read(given, place) {
      const list: readonly unknown[] = Array.isArray(given) ? given : [given];
      if (list.length > 0 && list.every(Number.isSafeInteger)) return list as readonly number[];
      throw wrongValue(place, expected, given);
    },
    write: (list) => (list.length === 1 ? list[0]! : list),
  };
});

/** A list of axes, or one of them; configs have a list in any case. */
export const axisList = optionKind<readonly number[], number | readonly number[]>(() => {
  const { expected, read } = axes().definition;
  return { expected, read };
});

/** One axis; negative ones count from the end. Keras 2 wrote a list of one. */
export function axis(fallback: number): Option<number, number, false> {
  const expected = 'a whole number';
  return new Option<number, number, false>({
    expected,
    read(given, place) {
      const value: unknown = Array.isArray(given) && given.length === 1 ? given[0] : given;
      if (Number.isSafeInteger(value)) return value as number;
      throw wrongValue(place, expected, given);
    },
    fallback: () => fallback,
  });
}

/** A function. Configs cannot hold it. */
export function callable<F extends (...args: never[]) => unknown>(): Option<F, F, true> {
  const expected = 'a function';
  return new Option<F, F, true>({
    expected,
    read(given, place) {
      if (typeof given === 'function') return given as F;
      throw wrongValue(place, expected, given);
    },
    inConfig: 'never',
  });
}

/** A name that is one of its kind: by default the class' name in snake case, numbered (`conv2d`, `conv2d_1`). */
export function automaticName(): Option<string, string, false> {
  const { definition } = text();
  return new Option<string, string, false>({
    ...definition,
    fallback: (_values, owner) => uniqueName(toSnakeCase(owner)),
  });
}

/** An option that only files of earlier versions of Keras have. */
export function formerOption<Value>(option: Option<Value>): Option<Value, never, false> {
  const expected = 'only read from files';
  return new Option<Value, never, false>({ ...option.definition, expected, inConfig: 'never' });
}

/**
 * An option that Keras has and Fovea does not: Keras' files may have it with a value that changes nothing (the first of
 * `off` is written to files, the others are read too); any other value throws UnsupportedError.
 */
export function unsupported(...off: readonly ConfigValue[]): Option<ConfigValue, never, false> {
  const values = off.length === 0 ? [null] : off;
  return new Option<ConfigValue, never, false>({
    expected: `only ${describeValue(values[0])}`,
    read(given, { owner, name }) {
      const found = values.find((value) => JSON.stringify(value) === JSON.stringify(given));
      if (found !== undefined) return found;
      throw new UnsupportedError(
        `${owner}: ${name}=${describeValue(given)} is not supported yet. Leave ${name} out.`,
      );
    },
    fallback: () => values[0]!,
    nullable: values.includes(null),
  });
}

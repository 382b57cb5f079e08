/** @file One value, a list of values, or a record of values: how models take and give several tensors. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';

/** One value, several in order, or several by name. */
export type Structure<T> = T | readonly T[] | { readonly [name: string]: T };

/** A structure's values and how they were arranged. */
export interface Flattened<T> {
  readonly values: readonly T[];
  /** 'one', 'list', or the names in the order of the values. */
  readonly form: 'one' | 'list' | readonly string[];
}

/** The names of a record in Keras' order: sorted. */
export function sortedNames(record: object): string[] {
  return Object.keys(record).sort();
}

/** True for a record made by `{}`, as opposed to an object of a class. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** The values of a structure, records in the order of their sorted names. Throws ValueError for other leaves. */
export function flatten<T>(
  structure: Structure<T>,
  isLeaf: (value: unknown) => value is T,
  what: string,
): Flattened<T> {
  const leaf = (value: unknown): T => {
    if (isLeaf(value)) return value;
    throw new ValueError(
      `All \`${what}\` values must be what input() or apply() returned. Received: ${describeValue(value)}.`,
    );
  };
  if (isLeaf(structure)) return { values: [structure], form: 'one' };
  if (Array.isArray(structure)) return { values: structure.map(leaf), form: 'list' };
  if (!isRecord(structure)) return { values: [leaf(structure)], form: 'one' };
  const names = sortedNames(structure);
  return { values: names.map((name) => leaf(structure[name])), form: names };
}

/** The values in the arrangement `form`. */
export function arrange<T>(values: readonly T[], form: Flattened<T>['form']): T | T[] | Record<string, T> {
  if (form === 'one') return values[0]!;
  if (form === 'list') return [...values];
  return Object.fromEntries(form.map((name, i) => [name, values[i]!]));
}

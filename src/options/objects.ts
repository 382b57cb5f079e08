/** @file Options whose values are things of another kind: a name, a thing, or an object of a Keras file. */

import type { Config } from '../base/config.ts';
import type { Configurable } from './configurable.ts';
import { Option } from './option.ts';
import type { Registry } from './registry.ts';

/** The values that an option for a thing of type `T` accepts. */
export type Identifier<T, Names extends string> = Names | T | Config;

/** A thing of a registry, by default the one of that name; null as `fallback`: none. */
export function thing<T extends Configurable, Names extends string>(
  registry: Registry<T>,
  fallback: string,
): Option<T, Identifier<T, Names>, false>;
export function thing<T extends Configurable, Names extends string>(
  registry: Registry<T>,
  fallback: null,
): Option<T | null, Identifier<T, Names> | null, false>;
export function thing<T extends Configurable, Names extends string>(
  registry: Registry<T>,
  fallback: string | null,
): Option<T | null, Identifier<T, Names> | null, false> {
  const article = /^[aeiou]/.test(registry.kind) ? 'an' : 'a';
  return new Option<T | null, Identifier<T, Names> | null, false>({
    expected: `${article} ${registry.kind}, or the name of one`,
    read: (given) => (given === null && fallback === null ? null : registry.resolve(given)),
    fallback: () => (fallback === null ? null : registry.create(fallback)),
    write: (value) => (value === null ? null : registry.serialize(value)),
    nullable: fallback === null,
  });
}

/** @file The JSON form in which Keras writes objects: `{ module, class_name, config, registered_name }`. */

import { ValueError } from './errors.ts';
import { describeValue } from './options.ts';

/** JSON as Keras writes it: `null`, numbers, strings, lists and records of these. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** A record of a Keras file, keys in Keras' snake_case. */
export type Config = { readonly [key: string]: ConfigValue };

/** A built-in object as Keras 3 writes it. */
export function kerasObject(module: string, className: string, config: Config): Config {
  return { module, class_name: className, config, registered_name: null };
}

/** True for a record with a text as `class_name`: an object of a Keras file. */
export function isKerasObject(value: unknown): value is Config & { readonly class_name: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'class_name' in value &&
    typeof value.class_name === 'string'
  );
}

/** The numbers of an array or tensor of a Keras file, which are a record there; any other value as it is. */
export function numbersOfArray(value: unknown): unknown {
  if (!isKerasObject(value) || !['__numpy__', '__tensor__'].includes(value.class_name)) return value;
  return (value.config as { readonly value?: unknown } | undefined)?.value;
}

/**
 * True for a record in the form in which Keras 1 wrote regularizers and constraints: the class' name is one of the
 * options.
 */
export function isKeras1Object(value: unknown): value is Config & { readonly name: string } {
  return typeof value === 'object' && value !== null && 'name' in value && typeof value.name === 'string';
}

/** The options of a Keras object, keys in camelCase as constructors take them. Throws ValueError without a config record. */
export function optionsOfConfig(config: unknown, what: string): Record<string, unknown> {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new ValueError(
      `${what}: expected a record of options in 'config', received ${describeValue(config)}.`,
    );
  }
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [camelCase(key), value]));
}

/** `kernel_size` → `kernelSize`, `beta_1` → `beta1`. */
function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** @file Reading and writing a class' options by its table. */

import type { Config, ConfigValue } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Option, OptionTable } from './option.ts';
import { snakeCase } from './spelling.ts';

/** Keras' key of an option: `kernelSize` → `kernel_size`, `beta1` → `beta_1`, but `l2` → `l2`. */
export function configKey(name: string): string {
  return snakeCase(name).replace(/([a-z]{2})(\d)$/, '$1_$2');
}

/**
 * The values of all options of `table` for what is given. Throws ValueError for an unknown name (the message has the
 * nearest one) and for a missing option, and the options' own errors for wrong values.
 */
export function readOptions(owner: string, table: OptionTable, given: unknown): Record<string, unknown> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new ValueError(`${owner} takes one record of options, received ${describeValue(given)}.`);
  }
  for (const name of Object.keys(given))
    if (!Object.hasOwn(table, name)) throw unknownOption(owner, name, table);
  const values: Record<string, unknown> = {};
  const entries = Object.entries(table);
  for (const [name, { definition }] of entries) {
    const value = (given as Record<string, unknown>)[name];
    if (value !== undefined) values[name] = definition.read(value, { owner, name });
    else if (definition.fallback === undefined) throw missingOption(owner, name, definition.expected);
  }
  // Names come last, so that a thing with wrong options does not take a number.
  for (const [name, { definition }] of entries) {
    if (!(name in values)) values[name] = definition.fallback!(values, owner);
  }
  return values;
}

function missingOption(owner: string, name: string, expected: string): ValueError {
  return new ValueError(
    `${owner}: the option \`${name}\` is missing. Expected ${expected}. Received: ${name}=undefined.`,
  );
}

function unknownOption(owner: string, name: string, table: OptionTable): ValueError {
  const key = configKey(name);
  const now = Object.keys(table).find((option) => formerKeysOf(table[option]!).includes(key));
  if (now === undefined) return unknownNameError(`${owner} option`, name, Object.keys(table));
  return new ValueError(`${owner}: the option \`${name}\` of earlier versions of Keras is \`${now}\` now.`);
}

function formerKeysOf(option: Option): readonly string[] {
  return (option.definition.formerKeys ?? []).flat();
}

/** The options in Keras' snake_case: what files have under `config`. */
export function writeOptions(table: OptionTable, values: object): Config {
  const config: Record<string, ConfigValue> = {};
  for (const [name, { definition }] of Object.entries(table)) {
    const value = (values as Record<string, unknown>)[name];
    if (definition.inConfig === 'never' || (definition.inConfig === 'when set' && value === null)) continue;
    config[definition.key ?? configKey(name)] =
      definition.write === undefined ? (value as ConfigValue) : definition.write(value);
  }
  return config;
}

/**
 * The options that a config of any version of Keras stands for, as constructors take them. null means "left out",
 * except for options that have null as a value. Unknown keys stay in the result, so that the constructor refuses them,
 * unless their value is null.
 */
export function optionsFromConfig(
  table: OptionTable,
  config: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const left = new Map(Object.entries(config));
  const options: Record<string, unknown> = {};
  for (const [name, option] of Object.entries(table)) {
    const value = takeKey(left, option.definition.key ?? configKey(name), option);
    if (value === undefined || (value === null && option.definition.nullable !== true)) continue;
    options[name] = value;
  }
  for (const [key, value] of left) if (value !== null) options[camelCase(key)] = value;
  return options;
}

function takeKey(left: Map<string, unknown>, key: string, { definition }: Option): unknown {
  for (const keys of [key, ...(definition.formerKeys ?? [])]) {
    const list = typeof keys === 'string' ? [keys] : keys;
    if (!list.every((each) => left.has(each))) continue;
    const values = list.map((each) => left.get(each));
    for (const each of list) left.delete(each);
    return typeof keys === 'string' ? values[0] : values;
  }
  return undefined;
}

/** `kernel_size` → `kernelSize`, `beta_1` → `beta1`. */
function camelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

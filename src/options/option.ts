/**
 * @file Option: one option of a class, written once. From it follow the type that editors complete, the check with its
 * message, the default, and both directions of Keras' configs.
 */

import type { ConfigValue } from '../base/config.ts';

/** The class and the name of an option, for messages. */
export interface Place {
  /** The class: `Conv2D`. */
  readonly owner: string;
  /** The option: `filters`. */
  readonly name: string;
}

/** Values of a class' options by name, those that were read so far. */
export type OptionValues = Readonly<Record<string, unknown>>;

/** The parts of an option. */
export interface OptionDefinition<Value> {
  /** The condition for a value, for messages and the reference: `a whole number from 1 up`. */
  readonly expected: string;
  /** Turns the given value into the option's value. Throws ValueError or UnsupportedError that names the place. */
  readonly read: (given: unknown, place: Place) => Value;
  /**
   * The value when the option is left out; undefined: it must be given. May use the given options, the left-out ones
   * before it in the table, and the class' name.
   */
  readonly fallback?: ((values: OptionValues, owner: string) => Value) | undefined;
  /** The value in Keras' JSON. Default: the value itself. */
  write?(value: Value): ConfigValue;
  /** Whether null is a value, and not another way to leave the option out. Default false. */
  readonly nullable?: boolean | undefined;
  /** Whether configs have the option: always (the default), never, or unless it is null. */
  readonly inConfig?: 'always' | 'never' | 'when set' | undefined;
  /** Keras' key in configs. Default: the option's name in snake case. */
  readonly key?: string | undefined;
  /** Keys that earlier versions of Keras had for it; a list of keys is one value from several. */
  readonly formerKeys?: readonly (string | readonly string[])[] | undefined;
}

/**
 * One option. `Value` is what the class works with, `Given` what may be given for it, `Needed` whether it must be given.
 * An option whose `Given` is `never` is known from Keras' files only: it can be there, with the value that changes nothing.
 */
export class Option<Value = unknown, Given = Value, Needed extends boolean = boolean> {
  readonly definition: OptionDefinition<Value>;
  /** Exists for the type checker only. */
  declare readonly types: { readonly given: Given; readonly needed: Needed };

  constructor(definition: OptionDefinition<Value>) {
    this.definition = definition;
  }

  /** Keys that earlier versions of Keras had: `nb_filter`, or `['nb_row', 'nb_col']` for a list of both. */
  formerly(...keys: readonly (string | readonly string[])[]): Option<Value, Given, Needed> {
    return new Option({ ...this.definition, formerKeys: keys });
  }

  /** Keras' key in configs, where it is not the option's name in snake case. */
  keyed(key: string): Option<Value, Given, Needed> {
    return new Option({ ...this.definition, key });
  }

  /** The option is never written to configs. */
  notInConfig(): Option<Value, Given, Needed> {
    return new Option({ ...this.definition, inConfig: 'never' });
  }

  /** The option is written to configs only when it is not null. */
  onlyWhenSet(): Option<Value, Given, Needed> {
    return new Option({ ...this.definition, inConfig: 'when set' });
  }

  /** The option must be given. */
  needed(): Option<Value, Given, true> {
    return new Option<Value, Given, true>({ ...this.definition, fallback: undefined });
  }

  /** null is a value too. */
  orNull(): Option<Value | null, Given | null, Needed> {
    const { read, write, expected } = this.definition;
    return new Option<Value | null, Given | null, Needed>({
      ...(this.definition as OptionDefinition<Value | null>),
      expected: `${expected}, or null`,
      nullable: true,
      read: (given, place) => (given === null ? null : read(given, place)),
      write: (value) => (value === null ? null : write === undefined ? (value as ConfigValue) : write(value)),
    });
  }
}

/** The options of a class by name. */
export type OptionTable = Readonly<Record<string, Option>>;

type GivenOf<O> = O extends Option<infer _Value, infer Given, infer _Needed> ? Given : never;
type ValueOf<O> = O extends Option<infer Value, infer _Given, infer _Needed> ? Value : never;
type NeededOf<O> = O extends Option<infer _Value, infer _Given, infer Needed> ? Needed : never;

type NeededNames<T> = { [K in keyof T]: NeededOf<T[K]> extends true ? K : never }[keyof T];
type FreeNames<T> = {
  [K in keyof T]: NeededOf<T[K]> extends true ? never : [GivenOf<T[K]>] extends [never] ? never : K;
}[keyof T];
type OfferedNames<T> = NeededNames<T> | FreeNames<T>;

type NeededOptions<T> = { readonly [K in keyof T]: GivenOf<T[K]> };
type FreeOptions<T> = { readonly [K in keyof T]?: GivenOf<T[K]> | undefined };
type Values<T> = { readonly [K in keyof T]: ValueOf<T[K]> };

/** The record that a constructor takes for a table. Doc comments of the table's entries show in editors. */
export type OptionsOf<T> = NeededOptions<Pick<T, NeededNames<T>>> & FreeOptions<Pick<T, FreeNames<T>>>;

/** The values that instances have for a table. */
export type ValuesOf<T> = Values<Pick<T, OfferedNames<T>>>;

/** A function that makes options of one kind: without a fallback they must be given; with null as fallback null is a value. */
export interface OptionKind<Value, Given, Limits = never> {
  (fallback?: undefined, limits?: Limits): Option<Value, Given, true>;
  (fallback: Value, limits?: Limits): Option<Value, Given, false>;
  (fallback: null, limits?: Limits): Option<Value | null, Given | null, false>;
}

/** Makes a kind of options from what their values must be within limits. */
export function optionKind<Value, Given = Value, Limits = never>(
  define: (limits: Limits | undefined) => Pick<OptionDefinition<Value>, 'expected' | 'read' | 'write'>,
): OptionKind<Value, Given, Limits> {
  const make = (fallback?: Value | null, limits?: Limits): Option => {
    const option = new Option<Value, Given>({
      ...define(limits),
      fallback: fallback === undefined ? undefined : () => fallback as Value,
    });
    return fallback === null ? option.orNull() : option;
  };
  return make as OptionKind<Value, Given, Limits>;
}

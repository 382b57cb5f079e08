/** @file Configurable, the base of everything that is made from options and written to Keras' files. */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { Option, type OptionsOf, type OptionTable, type OptionValues, type ValuesOf } from './option.ts';
import { optionsFromConfig, readOptions, writeOptions } from './read-options.ts';

/** A class made from one record of options. */
export interface ConfigurableClass<T extends Configurable = Configurable> {
  readonly className: string;
  readonly options: OptionTable;
  readonly prototype: T;
  /** Where Keras has the class, when that is not the module of its kind. */
  readonly kerasModule?: string;
}

/** A configurable class that is not abstract. */
export interface ConcreteClass<T extends Configurable = Configurable> extends ConfigurableClass<T> {
  new (options: never): T;
}

/** Keras' name of a class: its own static `className`, else its name in the program. Throws ValueError without both. */
export function classNameOf(Class: ConfigurableClass): string {
  const own: unknown = Object.hasOwn(Class, 'className')
    ? Class.className
    : (Class as unknown as { name: string }).name;
  if (typeof own === 'string' && own !== '') return own;
  throw new ValueError(
    `A class has no name by which files could find it, received className=${describeValue(own)}. Give it one: ` +
      "static className = 'Residual'.",
  );
}

/**
 * Has a value for each option of its class' table, as a property of the option's name, and gives them back in Keras' form.
 * A class of its own sets the static `className`; its options come from `withOptions`.
 */
export abstract class Configurable {
  /** Keras' class name, as files have it. */
  static readonly className: string = 'Configurable';
  /** The options by name, inherited ones included. */
  static readonly options: OptionTable = {};
  /** Methods that a class of one's own must define, which only TypeScript says by `abstract`. */
  static readonly methods: readonly string[] = [];
  readonly #values: OptionValues;

  /**
   * Throws ValueError for an unknown, missing or wrong option and for a class without a method that it must define,
   * UnsupportedError for an option that Fovea does not have.
   */
  constructor(options: object = {}) {
    const Class = new.target as unknown as ConfigurableClass;
    for (const method of new.target.methods) {
      if (typeof (this as unknown as Record<string, unknown>)[method] === 'function') continue;
      throw new ValueError(`The class ${classNameOf(Class)} does not define its method ${method}().`);
    }
    const values = readOptions(classNameOf(Class), Class.options, options);
    this.#values = values;
    for (const [name, value] of Object.entries(values)) {
      // A class that defines the property itself gets the option from `optionValue`.
      if (name in this) continue;
      // Fixed, so that a field of that name in a class of its own is an error and does not hide the option.
      Object.defineProperty(this, name, { value, enumerable: true, writable: false, configurable: false });
    }
    this.checkOptions(values);
  }

  /** Keras' class name, as files and summaries have it. */
  get className(): string {
    return classNameOf(this.constructor as unknown as ConfigurableClass);
  }

  /** The options in Keras' snake_case: what files have under `config`. */
  getConfig(): Config {
    return writeOptions((this.constructor as unknown as ConfigurableClass).options, this);
  }

  /** The value that an option was given, for a class whose property of that name can change or does not exist. */
  protected optionValue(name: string): unknown {
    return this.#values[name];
  }

  /** Hook: throws ValueError when options do not fit together. */
  protected checkOptions(_values: Readonly<Record<string, unknown>>): void {}
}

/** What `withOptions` makes: the same class with more options. */
export type WithOptions<B extends AbstractClass, T extends OptionTable> = Statics<B> & {
  readonly className: string;
  readonly options: B['options'] & T;
  readonly prototype: InstanceType<B> & ValuesOf<T>;
} & (abstract new (
    ...args: ConstructorArguments<NonNullable<ConstructorParameters<B>[0]> & OptionsOf<T>>
  ) => InstanceType<B> & ValuesOf<T>);

type AbstractClass = (abstract new (...args: never[]) => Configurable) & ConfigurableClass;
/** The static side without the members that each class defines itself. */
type Statics<B> = { [K in Exclude<keyof B, 'prototype' | 'options' | 'className'>]: B[K] };
/** One flat record type, so that editors and error messages show its members. */
type Flat<O> = { [K in keyof O]: O[K] } & {};
type ConstructorArguments<O> = object extends O ? [options?: Flat<O>] : [options: Flat<O>];

/**
 * `Base` with the options of `table` besides its own: instances have their values as properties. Doc comments in the table
 * show in editors: `class Dense extends withOptions(Layer, { /** Number of outputs. *\/ units: count() })`.
 *
 * Throws ValueError for a base that takes no options, for an entry that is no option, and for the name of something that
 * the base has for itself.
 */
export function withOptions<B extends AbstractClass, T extends OptionTable>(
  Base: B,
  table: T,
): WithOptions<B, T> {
  checkTable(Base, table);
  abstract class Extended extends (Base as unknown as abstract new (options: object) => Configurable) {
    static readonly options = { ...Base.options, ...table };

    constructor(options: object = {}) {
      super(options);
    }
  }
  return Extended as unknown as WithOptions<B, T>;
}

function checkTable(Base: unknown, table: unknown): void {
  const isBase =
    typeof Base === 'function' && (Base === Configurable || Base.prototype instanceof Configurable);
  if (!isBase) {
    throw new ValueError(
      `withOptions: expected a class such as Layer, Loss or Metric to extend. Received: ${describeValue(Base)}.`,
    );
  }
  if (typeof table !== 'object' || table === null) {
    throw new ValueError(
      `withOptions: expected a record of options, such as { units: options.count() }. Received: ${describeValue(table)}.`,
    );
  }
  const { options, prototype } = Base as unknown as ConfigurableClass;
  for (const [name, option] of Object.entries(table)) {
    if (!(option instanceof Option)) {
      throw new ValueError(
        `withOptions: \`${name}\` is no option, received ${describeValue(option)}. Call a kind of options: ${name}: options.number(1).`,
      );
    }
    if (name in prototype && !Object.hasOwn(options, name)) {
      throw new ValueError(
        `withOptions: an option cannot be called \`${name}\`, which ${Base.name} has for something else. Choose another name.`,
      );
    }
  }
}

/** What `takesOptions` makes: the class declares the properties itself. */
export type TakesOptions<B extends AbstractClass, T extends OptionTable> = Statics<B> & {
  readonly className: string;
  readonly options: B['options'] & T;
  readonly prototype: InstanceType<B>;
} & (abstract new (
    ...args: ConstructorArguments<NonNullable<ConstructorParameters<B>[0]> & OptionsOf<T>>
  ) => InstanceType<B>);

/**
 * As `withOptions`, for a base class that declares the properties itself: because some of them can be set, or are
 * computed.
 */
export function takesOptions<B extends AbstractClass, T extends OptionTable>(
  Base: B,
  table: T,
): TakesOptions<B, T> {
  return withOptions(Base, table) as unknown as TakesOptions<B, T>;
}

/** Makes a thing of a class from Keras' config of any version. Throws what the constructor throws. */
export function fromConfig<T extends Configurable>(
  Class: ConcreteClass<T>,
  config: Readonly<Record<string, unknown>>,
): T {
  return new Class(optionsFromConfig(Class.options, config) as never);
}

/** A function that makes things of one class, as `layers.dense` does; the class itself is its `Class`. */
export type Factory<C> = C extends new (
  ...args: infer Arguments
) => infer Instance
  ? ((...args: Arguments) => Instance) & { readonly Class: C }
  : never;

/** A function that makes things of `Class`: `export const dense = factory(Dense)`. */
export function factory<C extends new (...args: never[]) => Configurable>(Class: C): Factory<C> {
  const make = (...args: never[]) => new Class(...args);
  return Object.assign(make, { Class }) as unknown as Factory<C>;
}

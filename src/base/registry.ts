/** @file Registry: things that are made by name, or from an object of a Keras file. */

import { isKerasObject, optionsOfConfig } from './config.ts';
import { ValueError } from './errors.ts';
import { canonicalName } from './names.ts';
import { describeValue } from './options.ts';
import { unknownNameError } from './suggest.ts';

/** Makes a thing from options in camelCase. */
export type Factory<T> = (options: Record<string, unknown>) => T;

/** The things of one kind. */
export class Registry<T> {
  readonly #kind: string;
  readonly #example: string;
  readonly #factories = new Map<string, Factory<T>>();
  readonly #names: readonly string[];

  /**
   * @param options.kind What the things are, for messages: `loss`.
   * @param options.example What to give instead of a wrong identifier, for messages.
   * @param options.factories The factories by name; case and underscores of a name do not matter.
   * @param options.aliases Other names, with the name that each stands for.
   * @param options.listed Names that messages list besides those of the factories.
   */
  constructor(options: {
    readonly kind: string;
    readonly example: string;
    readonly factories: Readonly<Record<string, Factory<T>>>;
    readonly aliases?: Readonly<Record<string, string>>;
    readonly listed?: readonly string[];
  }) {
    const { kind, example, factories, aliases = {}, listed = [] } = options;
    this.#kind = kind;
    this.#example = example;
    this.#names = [...Object.keys(factories), ...listed];
    for (const [name, factory] of Object.entries(factories)) {
      this.#factories.set(canonicalName(name), factory);
    }
    for (const [alias, name] of Object.entries(aliases)) {
      this.#factories.set(canonicalName(alias), this.#factories.get(canonicalName(name))!);
    }
  }

  /** The thing of that name. Throws ValueError, with the nearest name, when there is none. */
  create(name: string, options: Record<string, unknown> = {}): T {
    const factory = this.#factories.get(canonicalName(name));
    if (factory === undefined) throw unknownNameError(this.#kind, name, this.#names);
    return factory(options);
  }

  /** The thing that a name or an object of a Keras file stands for. Throws ValueError for anything else. */
  resolve(identifier: unknown): T {
    if (typeof identifier === 'string') return this.create(identifier);
    if (isKerasObject(identifier)) {
      const { class_name: name, config } = identifier;
      return this.create(name, optionsOfConfig(config ?? {}, name));
    }
    throw new ValueError(
      `Could not interpret ${this.#kind} identifier: ${describeValue(identifier)}. ${this.#example}`,
    );
  }
}

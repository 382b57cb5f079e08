/** @file Registry: the things of one kind by name (layers, losses, …), Fovea's and users' own. */

import { type Config, isKeras1Object, isKerasObject, kerasObject } from '../base/config.ts';
import { FormatError, type FoveaError, UnsupportedError, ValueError } from '../base/errors.ts';
import { canonicalName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { type ConcreteClass, Configurable, classNameOf, fromConfig } from './configurable.ts';
import { customObject, isClass, OWN_PACKAGE, withoutPackage } from './custom-objects.ts';

interface Entry<T extends Configurable> {
  readonly Class: ConcreteClass<T>;
  /** The package of a user's own class; null for Fovea's classes. */
  readonly owner: string | null;
}

type Base<T> = abstract new (...args: never[]) => T;

/** The classes of one kind. */
export class Registry<T extends Configurable> {
  readonly kind: string;
  readonly #base: Base<T>;
  readonly #module: string;
  readonly #example: string;
  /** Our own classes, by all their names in one spelling. */
  readonly #ours = new Map<string, Entry<T>>();
  /** Users' classes by package and name, as files have them: `Custom>Residual`. */
  readonly #registered = new Map<string, Entry<T>>();
  /** Names that messages list. */
  readonly #listed: string[] = [];
  readonly #absent: readonly string[];

  /**
   * @param options.kind What the things are, for messages: `loss`.
   * @param options.base What all of them are instances of.
   * @param options.module Where Keras has them: `keras.losses`.
   * @param options.example What to give instead of a wrong identifier, for messages.
   * @param options.spelled Which names messages list: the factories' (the default) or the classes'.
   * @param options.list The factories of Fovea's classes by name; entries that are not factories are left out.
   * @param options.aliases Other names, each with the name that it stands for.
   * @param options.absent Names of things that only Keras has.
   * @param options.listed Names that messages list besides those of `list`.
   */
  constructor(options: {
    readonly kind: string;
    readonly base: Base<T>;
    readonly module: string;
    readonly example: string;
    readonly spelled?: 'factories' | 'classes';
    readonly list: object;
    readonly aliases?: Readonly<Record<string, string>>;
    readonly absent?: readonly string[];
    readonly listed?: readonly string[];
  }) {
    this.kind = options.kind;
    this.#base = options.base;
    this.#module = options.module;
    this.#example = options.example;
    this.#addAll(options.list, options.spelled ?? 'factories');
    this.#listed.push(...(options.listed ?? []));
    this.#absent = options.absent ?? [];
    for (const [alias, name] of Object.entries(options.aliases ?? {})) {
      this.#ours.set(canonicalName(alias), this.#ours.get(canonicalName(name))!);
    }
  }

  /** Classes are known by their factories' names and by their own. */
  #addAll(factories: object, spelled: 'factories' | 'classes'): void {
    for (const [name, make] of Object.entries(factories)) {
      const { Class } = make as { readonly Class?: ConcreteClass<T> };
      if (Class === undefined) continue;
      this.#listed.push(spelled === 'factories' ? name : Class.className);
      const entry: Entry<T> = { Class, owner: null };
      for (const each of [name, Class.className]) this.#ours.set(canonicalName(each), entry);
    }
  }

  /**
   * Adds a user's own class, so that files with it can be loaded and its name can stand for it. It takes the place of a
   * class of the same package and name. Throws ValueError when one of Fovea's own classes has the name.
   *
   * @param owner Keras' package of the class: files have `owner>className`.
   */
  register(Class: ConcreteClass<T>, owner: string = OWN_PACKAGE): void {
    const name = classNameOf(Class);
    const known = this.#ours.get(canonicalName(name));
    if (known !== undefined && known.Class !== Class) {
      throw new ValueError(
        `register: there is a ${this.kind} '${known.Class.className}' of Fovea's own already. Give the class another static className.`,
      );
    }
    const key = `${owner}>${name}`;
    // The last one registered is found first by its name alone.
    this.#registered.delete(key);
    this.#registered.set(key, { Class, owner });
  }

  /** Names of all of Fovea's things of this kind, for messages. */
  get names(): readonly string[] {
    return this.#listed;
  }

  /**
   * The class of that name, `undefined` when there is none. Custom objects of the open scopes go first. A name with a package
   * (`Custom>Residual`) is of one of ours only as an alias. Throws ValueError for a custom object of another kind.
   */
  find(name: string): ConcreteClass<T> | undefined {
    const custom = customObject(name) ?? customObject(withoutPackage(name));
    if (isClass<T>(custom)) return this.#checkClass(name, custom);
    const found = this.#registered.get(name) ?? this.#ours.get(canonicalName(name));
    if (found !== undefined || name.includes('>')) return found?.Class;
    const same = (key: string) => canonicalName(withoutPackage(key)) === canonicalName(name);
    return [...this.#registered].findLast(([key]) => same(key))?.[1].Class;
  }

  /** Whether one of Fovea's own has the name. */
  hasOwn(name: string): boolean {
    return this.#ours.has(canonicalName(name));
  }

  #checkClass(name: string, Class: ConcreteClass<T>): ConcreteClass<T> {
    if (Class.prototype instanceof this.#base) return Class;
    throw new ValueError(
      `customObjects: '${name}' should be a ${this.kind} here, but the class ${classNameOf(Class)} is of another kind. Give ` +
        'the class that the file means.',
    );
  }

  /** The thing of that name. Throws what `unknownName` gives when there is none. */
  create(name: string, options: Readonly<Record<string, unknown>> = {}): T {
    const Class = this.find(name);
    if (Class === undefined) throw this.unknownName(name);
    return new Class(options as never);
  }

  /** The error for a name that nothing has: UnsupportedError for what only Keras has, else ValueError. */
  unknownName(name: string): FoveaError {
    const absent = this.#absent.find((each) => canonicalName(each) === canonicalName(withoutPackage(name)));
    if (absent === undefined) return unknownNameError(this.kind, name, this.#listed);
    return new UnsupportedError(
      `Fovea does not have Keras' ${this.kind} ${absent}. Write a class of that name (static className = '${absent}') and give ` +
        `it to loadModel(path, { customObjects: { ${absent} } }), or call register(${absent}) first.`,
    );
  }

  /**
   * The thing that a name or an object of a Keras file of any version stands for; a thing itself is given back. Throws
   * ValueError for anything else, and what constructors throw.
   */
  resolve(identifier: unknown): T {
    if (identifier instanceof this.#base) return identifier;
    if (typeof identifier === 'string') return this.create(identifier);
    // A thing of another kind may also have such a name; it is not an object of a file.
    const isThing = identifier instanceof Configurable;
    if (!isThing && isKerasObject(identifier)) return this.fromObject(identifier);
    if (!isThing && isKeras1Object(identifier)) {
      const { name, ...config } = identifier;
      return this.fromObject({ class_name: name, config });
    }
    throw new ValueError(
      `Could not interpret ${this.kind} identifier: ${describeValue(identifier)}. ${this.#example}`,
    );
  }

  /** The thing that an object of a Keras file stands for. Throws as `resolve` does. */
  fromObject(object: Config): T {
    const { class_name: name, registered_name: registered, config } = object;
    if (typeof name !== 'string') {
      throw new FormatError(`A ${this.kind} has class_name=${describeValue(name)}, expected a name.`);
    }
    const Class = this.#classOf(name, registered);
    if (Class === undefined) throw this.unknownName(name);
    const options = config ?? {};
    if (typeof options !== 'object' || Array.isArray(options)) {
      throw new ValueError(
        `${name}: expected a record of options in 'config', received ${describeValue(config)}.`,
      );
    }
    return fromConfig(Class, options as Config);
  }

  /** An unknown user's own class is not replaced by a class of Fovea with the same name. */
  #classOf(name: string, registered: unknown): ConcreteClass<T> | undefined {
    if (typeof registered !== 'string') return this.find(name);
    const found = this.find(registered);
    if (found !== undefined || (registered.includes('>') && this.hasOwn(name))) return found;
    return this.find(name);
  }

  /** The thing as Keras files have it. */
  serialize(thing: T): Config {
    const { className } = thing;
    const config = thing.getConfig();
    const entries = [...this.#registered.values(), ...this.#ours.values()];
    const entry = entries.find(({ Class }) => Class === (thing.constructor as unknown));
    if (entry?.owner === null) {
      const module = entry.Class.kerasModule;
      if (module === undefined) return kerasObject(this.#module, className, config);
      return { ...kerasObject(module, className, config), registered_name: className };
    }
    const owner = entry?.owner ?? OWN_PACKAGE;
    return { ...kerasObject('custom', className, config), registered_name: `${owner}>${className}` };
  }
}

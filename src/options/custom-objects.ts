/** @file What users bring by name: the scopes in which `customObjects` are known, and registered functions. */

import { type Config, isKerasObject, kerasObject } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { type ConcreteClass, Configurable, classNameOf } from './configurable.ts';

/** Users' own classes and functions by name, for `loadModel(path, { customObjects })`. */
export type CustomObjects = Readonly<Record<string, unknown>>;

/** The scopes that are open, the innermost last. */
const scopes: CustomObjects[] = [];

/**
 * Runs `body`, in which names are looked for among `objects` first (Keras' `custom_object_scope`). Throws ValueError
 * unless `objects` is a record of classes and functions.
 */
export function withCustomObjects<T>(objects: CustomObjects, body: () => T): T {
  checkCustomObjects(objects);
  scopes.push(objects);
  try {
    return body();
  } finally {
    scopes.pop();
  }
}

function checkCustomObjects(objects: unknown): void {
  const prototype: unknown =
    typeof objects === 'object' && objects !== null && Object.getPrototypeOf(objects);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new ValueError(
      `customObjects: expected a record of classes and functions by name, such as { Residual }. Received: ${describeValue(objects)}.`,
    );
  }
  for (const [name, value] of Object.entries(objects as object)) {
    if (typeof value === 'function') checkNoFactory('customObjects', name, value);
    else {
      throw new ValueError(
        `customObjects: expected a class or a function as '${name}'. Received: ${describeValue(value)}.`,
      );
    }
  }
}

/** Throws ValueError for what `factory` made of a class, where the class itself is meant. */
export function checkNoFactory(who: string, name: string, value: object): void {
  if (!('Class' in value) || !isClass(value.Class)) return;
  throw new ValueError(
    `${who}: '${name}' makes things of the class ${classNameOf(value.Class)}. Give the class itself, which is its property Class.`,
  );
}

/** The custom object called `name` in the innermost open scope that has one; undefined without. */
export function customObject(name: string): unknown {
  const scope = scopes.findLast((objects) => Object.hasOwn(objects, name));
  return scope?.[name];
}

/** The part of a registered name before `>` that Keras uses when no package is given. */
export const OWN_PACKAGE = 'Custom';

/** Users' own functions by package and name, as files have them: `Custom>distance`. */
const functions = new Map<string, (...args: never[]) => unknown>();

/**
 * Makes a function known by its name: a user's own activation, loss or metric. Throws ValueError for one without a
 * name.
 */
export function registerFunction(body: (...args: never[]) => unknown, owner: string = OWN_PACKAGE): void {
  if (body.name === '')
    throw new ValueError('register: the function has no name. Give it one, so that files can name it.');
  const key = `${owner}>${body.name}`;
  // The last one registered is found first by its name alone.
  functions.delete(key);
  functions.set(key, body);
}

/**
 * The user's own function that `name` stands for, from the open scopes or registered; undefined without. A name without
 * a package means the last one registered.
 */
export function customFunction(name: string): ((...args: never[]) => unknown) | undefined {
  const own = withoutPackage(name);
  const found = customObject(name) ?? customObject(own);
  if (typeof found === 'function' && !isClass(found)) return found as (...args: never[]) => unknown;
  return functions.get(name) ?? [...functions].findLast(([key]) => withoutPackage(key) === own)?.[1];
}

/** The name of the function that an object of a Keras file stands for, with its package if it has one; null for others. */
export function functionNameOf(object: unknown): string | null {
  if (!isKerasObject(object) || object.class_name !== 'function' || typeof object.config !== 'string')
    return null;
  const { registered_name: registered, config } = object;
  return typeof registered === 'string' && registered.includes('>') ? registered : config;
}

/**
 * A user's own function in the form of Keras files: its name. To load such a file the function must be registered or be
 * among `customObjects`. Throws UnsupportedError for a function without a name, and for one of a name of Fovea's own.
 */
export function functionObject(
  body: (...args: never[]) => unknown,
  kind: string,
  isOurs: (name: string) => boolean = () => false,
): Config {
  const { name } = body;
  if (name === '' || isOurs(name)) {
    const [which, found] =
      name === ''
        ? ['without a name', 'would have nothing to find it by']
        : [`of the name '${name}'`, "would find Fovea's own by it"];
    throw new UnsupportedError(
      `A function ${which} as ${kind} cannot be written to a file, which ${found}. ` +
        `Give the function ${name === '' ? 'a' : 'another'} name, or save the weights alone with saveWeights().`,
    );
  }
  const [registered = name] = [...functions].find(([, known]) => known === body) ?? [];
  return { ...kerasObject('builtins', 'function', {}), config: name, registered_name: registered };
}

/** `Custom>Residual` → `Residual`. */
export function withoutPackage(name: string): string {
  return name.slice(name.indexOf('>') + 1);
}

/** Whether `value` is a class of things with options. */
export function isClass<T extends Configurable>(value: unknown): value is ConcreteClass<T> {
  return typeof value === 'function' && value.prototype instanceof Configurable;
}

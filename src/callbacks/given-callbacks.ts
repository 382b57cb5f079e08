/** @file What `callbacks` was given: checked, and the methods found under both names of Keras. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { nearestName, unknownNameError } from '../base/suggest.ts';
import type { CallbackLike, CallbackMethods } from './callback.ts';

/** What the option `callbacks` may be. */
export type GivenCallbacks = CallbackLike | readonly CallbackLike[] | null | undefined;

/** The methods that are called for events, by name. */
export type CallbackEvents = {
  [K in keyof CallbackMethods as K extends `on${string}`
    ? CallbackMethods[K] extends (...args: never[]) => unknown
      ? K
      : never
    : never]: CallbackMethods[K];
};

/** An event's name, which is its method's. */
export type Event = keyof CallbackEvents;

/** All events. */
export const EVENTS = [
  ...(['onTrainBegin', 'onTrainEnd', 'onEpochBegin', 'onEpochEnd'] as const),
  ...(['onTrainBatchBegin', 'onTrainBatchEnd', 'onBatchBegin', 'onBatchEnd'] as const),
  ...(['onTestBegin', 'onTestEnd', 'onTestBatchBegin', 'onTestBatchEnd'] as const),
  ...(['onPredictBegin', 'onPredictEnd', 'onPredictBatchBegin', 'onPredictBatchEnd'] as const),
] satisfies readonly Event[];

const METHODS = ['setModel', 'setParams', 'getState', 'setState', ...EVENTS];

const OTHER_NAMES: { readonly [K in Event]?: Event } = {
  onTrainBatchBegin: 'onBatchBegin',
  onTrainBatchEnd: 'onBatchEnd',
};

/** The callback's method for an event, or the method under Keras' other name of the event; undefined without both. */
export function eventMethod<K extends Event>(callback: CallbackLike, event: K): CallbackLike[Event] {
  const other = OTHER_NAMES[event];
  return callback[event] ?? (other === undefined ? undefined : callback[other]);
}

/**
 * The callbacks in order. Throws ValueError for a value that is not a callback, and for plain objects with an unknown
 * method.
 */
export function listOf(given: GivenCallbacks): CallbackLike[] {
  const callbacks: CallbackLike[] = Array.isArray(given) ? [...given] : [given ?? []].flat();
  callbacks.forEach(checkCallback);
  return callbacks;
}

function checkCallback(callback: unknown): void {
  const isObject = typeof callback === 'object' && callback !== null;
  if (isObject) checkPlainObject(callback);
  if (isObject && METHODS.some((name) => name in callback)) {
    checkMethods(callback as Readonly<Record<string, unknown>>);
    return;
  }
  throw new ValueError(
    `callbacks: expected objects with methods such as onEpochEnd(epoch, logs), received ${describeValue(callback)}. ` +
      `The methods are ${METHODS.join(', ')}.`,
  );
}

/** Throws ValueError when a method's value is not a function. */
function checkMethods(callback: Readonly<Record<string, unknown>>): void {
  for (const name of METHODS) {
    const method = callback[name];
    if (method === undefined || typeof method === 'function') continue;
    throw new ValueError(`callbacks: \`${name}\` should be a function, received ${describeValue(method)}.`);
  }
}

/**
 * Throws ValueError for an unknown function whose name looks like an event's. Other functions are allowed, as in a
 * class.
 */
function checkPlainObject(callback: object): void {
  const prototype: unknown = Object.getPrototypeOf(callback);
  if (prototype !== Object.prototype && prototype !== null) return;
  for (const [name, value] of Object.entries(callback)) {
    if (typeof value !== 'function' || METHODS.includes(name)) continue;
    if (/^on[A-Z_]/.test(name) || nearestName(name, METHODS) !== undefined) {
      throw unknownNameError('callback method', name, METHODS);
    }
  }
}

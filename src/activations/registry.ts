/** @file Activation functions by name, and options that take one. */

import type { Config, ConfigValue } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { canonicalName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { customFunction, functionNameOf, functionObject } from '../options/custom-objects.ts';
import { Option } from '../options/option.ts';
import { type Spelled, snakeCase } from '../options/spelling.ts';
import type { ActivationFunction } from './functions.ts';
import * as list from './index.ts';

/** Keras' other names. */
const ALIASES = { swish: list.silu, hardSwish: list.hardSilu } as const;

const FUNCTIONS: Readonly<Record<string, ActivationFunction>> = { ...list, ...ALIASES };

/** Activations that Keras has and Fovea does not. */
const NOT_YET = [
  ...['celu', 'gelu', 'glu', 'hard_shrink', 'soft_shrink', 'sparse_plus', 'sparse_sigmoid', 'sparsemax'],
  ...['squareplus', 'tanh_shrink', 'threshold'],
];

/** A name of an activation function. */
export type ActivationName = Spelled<keyof typeof list | keyof typeof ALIASES>;

/** What an option for an activation takes: a name, a function, an object of a Keras file, or null for linear. */
export type ActivationIdentifier = ActivationName | ActivationFunction | Config | null;

/**
 * The function that `identifier` names; linear for null. Throws ValueError, with the nearest name, when there is none,
 * UnsupportedError for one that only Keras has.
 */
export function getActivation(identifier: unknown): ActivationFunction {
  if (identifier === undefined || identifier === null) return list.linear;
  if (typeof identifier === 'function') return identifier as ActivationFunction;
  const name = functionNameOf(identifier) ?? identifier;
  if (typeof name !== 'string') {
    throw new ValueError(`Could not interpret activation function identifier: ${describeValue(identifier)}.`);
  }
  const same = (known: string) => canonicalName(known) === canonicalName(name);
  const custom = customFunction(name);
  if (custom !== undefined) return custom as ActivationFunction;
  const found = Object.keys(FUNCTIONS).find(same);
  if (found !== undefined) return FUNCTIONS[found]!;
  const known = Object.keys(FUNCTIONS).map(snakeCase);
  if (NOT_YET.some(same)) {
    throw new UnsupportedError(
      `The activation function '${name}' is not supported yet. Known: ${known.join(', ')}.`,
    );
  }
  throw unknownNameError('activation function', name, known);
}

/** Whether one of Fovea's own has the name, in any spelling. */
export function isActivationName(name: string): boolean {
  return Object.keys(FUNCTIONS).some((known) => canonicalName(known) === canonicalName(name));
}

/** How a file names an activation function: Keras' name for a built-in one, an object for a registered one. */
export function serializeActivation(activation: ActivationFunction): ConfigValue {
  const found = Object.keys(FUNCTIONS).find((name) => FUNCTIONS[name] === activation);
  return found === undefined ? functionObject(activation, 'activation', isActivationName) : snakeCase(found);
}

/** An option for an activation; linear by default. */
export function activation(): Option<ActivationFunction, ActivationIdentifier, false> {
  return new Option<ActivationFunction, ActivationIdentifier, false>({
    expected: 'a name of an activation function, or a function',
    read: getActivation,
    fallback: () => list.linear,
    write: serializeActivation,
  });
}

/** @file Activation functions by name, and options that take one. */

import { type Config, type ConfigValue, kerasObject } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { canonicalName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { customFunction, functionNameOf, functionObject } from '../options/custom-objects.ts';
import { Option } from '../options/option.ts';
import { type Spelled, snakeCase } from '../options/spelling.ts';
import type { ActivationFunction } from './functions.ts';
import * as list from './index.ts';
import { type ActivationLayer, functionOfLayer, layerOfFunction } from './layer-activations.ts';

/** Keras' other names. */
const ALIASES = { swish: list.silu, hardSwish: list.hardSilu } as const;

/** Those that a name can stand for: all but the one that needs arguments. */
const { threshold: _, ...NAMED } = list;

const FUNCTIONS: Readonly<Record<string, ActivationFunction>> = { ...NAMED, ...ALIASES };

/** A name of an activation function. */
export type ActivationName = Spelled<keyof typeof NAMED | keyof typeof ALIASES>;

/**
 * What an option for an activation takes: a name, a function, a layer such as `layers.leakyReLU()`, an object of a Keras file,
 * or null for linear.
 */
export type ActivationIdentifier = ActivationName | ActivationFunction | ActivationLayer | Config | null;

/**
 * The function that `identifier` names or means; linear for null. Throws ValueError, with the nearest name, when there is
 * none, and for a layer that is no activation.
 */
export function getActivation(identifier: unknown): ActivationFunction {
  if (identifier === undefined || identifier === null) return list.linear;
  if (typeof identifier === 'function') return identifier as ActivationFunction;
  const ofLayer = functionOfLayer(identifier);
  if (ofLayer !== undefined) return ofLayer;
  const name = functionNameOf(identifier) ?? identifier;
  if (typeof name !== 'string') {
    throw new ValueError(`Could not interpret activation function identifier: ${describeValue(identifier)}.`);
  }
  const same = (known: string) => canonicalName(known) === canonicalName(name);
  const custom = customFunction(name);
  if (custom !== undefined) return custom as ActivationFunction;
  const found = Object.keys(FUNCTIONS).find(same);
  if (found !== undefined) return FUNCTIONS[found]!;
  if (same('threshold')) {
    throw new ValueError(
      "The activation function 'threshold' needs arguments. Give a function: (x) => activations.threshold(x, { threshold: 1, defaultValue: 0 }).",
    );
  }
  throw unknownNameError('activation function', name, Object.keys(FUNCTIONS).map(snakeCase));
}

/** Whether one of Fovea's own has the name, in any spelling. */
export function isActivationName(name: string): boolean {
  return Object.keys(FUNCTIONS).some((known) => canonicalName(known) === canonicalName(name));
}

/** How a file names an activation: Keras' name for a built-in function, an object for a registered one or a layer. */
export function serializeActivation(activation: ActivationFunction): ConfigValue {
  const layer = layerOfFunction(activation);
  if (layer !== undefined) return kerasObject('keras.layers', layer.className, layer.getConfig());
  const found = Object.keys(FUNCTIONS).find((name) => FUNCTIONS[name] === activation);
  return found === undefined ? functionObject(activation, 'activation', isActivationName) : snakeCase(found);
}

/** An option for an activation; linear by default. */
export function activation(): Option<ActivationFunction, ActivationIdentifier, false> {
  return new Option<ActivationFunction, ActivationIdentifier, false>({
    expected: 'a name of an activation function, a function, or a layer such as leakyReLU',
    read: getActivation,
    fallback: () => list.linear,
    write: serializeActivation,
  });
}

/** @file Operations of Keras' files: from their config and their calls. */

import { type Config, type ConfigValue, isKerasObject } from '../base/config.ts';
import { FormatError, UnsupportedError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { type TakenApart, takeApart } from './arguments.ts';
import * as list from './list.ts';
import type { Operation, OperationClass, OperationKind } from './operation.ts';

const OPERATIONS: ReadonlyMap<string, OperationClass> = new Map(
  Object.values(list)
    .filter((value) => 'Operation' in value)
    .map(({ Operation }) => [Operation.kind.className, Operation] as const),
);

/**
 * Whether an object of a file is an operation; layers may have the same class names. In legacy `.h5` files objects have no
 * module, but only layers have `trainable`. (Keras writes such files and does not open them.)
 */
export function isOperationObject({
  module,
  class_name: name,
  config,
  inbound_nodes: calls,
}: Config): boolean {
  if (typeof module === 'string') return module.startsWith('keras.src.ops');
  const [call] = Array.isArray(calls) ? calls : [];
  const isCalledAsOne = typeof call === 'object' && call !== null && 'args' in call;
  return isCalledAsOne && OPERATIONS.has(String(name)) && !('trainable' in (config as Config));
}

/**
 * The operation of a file's object, whose calls (`inbound_nodes`) say what it is applied to. Throws UnsupportedError for
 * operations and options that only Keras has, FormatError for calls of another form.
 */
export function operationFromObject(object: Config): Operation {
  const { class_name: className, inbound_nodes: calls } = object;
  const Class = OPERATIONS.get(String(className));
  if (Class === undefined) {
    throw new UnsupportedError(
      `the operation ${describeValue(className)} is not supported. Known: ${[...OPERATIONS.keys()].sort().join(', ')}.`,
    );
  }
  const templates = (calls as readonly ConfigValue[]).map((call) => callOf(Class.kind, call).template);
  const [first = []] = templates;
  if (templates.some((template) => JSON.stringify(template) !== JSON.stringify(first))) {
    throw new UnsupportedError(
      `${Class.kind.className}: its calls have other values; only their tensors may differ.`,
    );
  }
  const { name, config } = readConfig(Class.kind, object.config as Config);
  return new Class(first, config, name);
}

function readConfig(kind: OperationKind, given: Config): { name: string; config: Config } {
  const { name, dtype, trainable, ...rest } = given;
  const options = kind.config.dtype === undefined ? rest : { ...rest, dtype: dtype ?? kind.config.dtype };
  const unknown = Object.keys(options).find((key) => !(key in kind.config));
  if (unknown === undefined) return { name: String(name), config: { ...kind.config, ...options } };
  throw new UnsupportedError(`the option ${unknown}=${describeValue(given[unknown])} is not supported.`);
}

/** A call's arguments: what is given by name is put in its place. */
function callOf(kind: OperationKind, call: ConfigValue): TakenApart<ConfigValue> {
  const { args, kwargs } = (call ?? {}) as { readonly args?: ConfigValue; readonly kwargs?: ConfigValue };
  if (!Array.isArray(args) || typeof kwargs !== 'object' || kwargs === null) {
    throw new FormatError(`a call is ${describeValue(call)}, expected args and kwargs.`);
  }
  const values = [...(args as readonly ConfigValue[])];
  for (const [name, value] of Object.entries(kwargs)) {
    const index = kind.parameters.indexOf(name);
    if (index >= 0) values[index] = value as ConfigValue;
    else if (value !== null) {
      throw new UnsupportedError(
        `it is called with ${name}=${describeValue(value)}, which is not supported.`,
      );
    }
  }
  const toTensor = (value: unknown) =>
    isKerasObject(value) && value.class_name === '__keras_tensor__' ? value : null;
  return takeApart<ConfigValue>(values, toTensor, (value) => value as ConfigValue);
}

/** The tensors (`__keras_tensor__`) of a call, in the order of the operation's inputs. */
export function tensorsOfCall(operation: Operation, call: ConfigValue): readonly ConfigValue[] {
  return callOf(operation.kind, call).tensors;
}

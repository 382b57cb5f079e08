/**
 * @file What an operation is called with: tensors of the model, and values that are part of the operation. A template holds
 * the values, and the place of each tensor.
 */

import { type Config, type ConfigValue, isKerasObject, numbersOfArray } from '../base/config.ts';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import type { NestedArray } from '../base/tensor-create.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { SymbolicTensor } from '../layers/layer.ts';
import { constant } from '../ops/index.ts';

/** Stands in a template for the operation's input of that index. */
export class InputArgument {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/** A part of a template. Records are objects of Keras' files: slices, arrays. */
export type Argument = InputArgument | ConfigValue | readonly Argument[];

/** What an op may be called with besides nodes: numbers and arrays become constants. */
export type Value = number | Tensor;

/** The arguments of a call, taken apart: the tensors in order, and the rest. */
export interface TakenApart<T> {
  readonly template: readonly Argument[];
  readonly tensors: readonly T[];
}

/** Takes `args` apart; `toTensor` says which parts are tensors, `toValue` what is kept of the others. */
export function takeApart<T>(
  args: readonly unknown[],
  toTensor: (value: unknown) => T | null,
  toValue: (value: unknown) => ConfigValue,
): TakenApart<T> {
  const tensors: T[] = [];
  const visit = (value: unknown): Argument => {
    const found = toTensor(value);
    if (found !== null) return new InputArgument(tensors.push(found) - 1);
    return Array.isArray(value) ? value.map(visit) : toValue(value);
  };
  return { template: args.map(visit), tensors };
}

/** `template` with `inputs` in their places. */
export function putTogether<T>(template: readonly Argument[], inputs: readonly T[]): unknown[] {
  const visit = (part: Argument): unknown => {
    if (part instanceof InputArgument) return inputs[part.index];
    return Array.isArray(part) ? part.map(visit) : part;
  };
  return template.map(visit);
}

/** Whether a call with these arguments makes a node of a model. */
export function hasSymbolic(args: readonly unknown[]): boolean {
  return args.some((arg) => arg instanceof SymbolicTensor || (Array.isArray(arg) && hasSymbolic(arg)));
}

export function toSymbolic(value: unknown): SymbolicTensor | null {
  return value instanceof SymbolicTensor ? value : null;
}

/** What a call in a program gives besides symbolic tensors, in the form of files. Throws ValueError for what they cannot hold. */
export function storedValue(operation: string, value: unknown): ConfigValue {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (value === null || typeof value === 'boolean' || isKerasObject(value)) return value as ConfigValue;
  if (value instanceof Tensor && value.allFinite()) {
    return { class_name: '__numpy__', config: { value: value.toArray(), dtype: value.dtype } } as Config;
  }
  const mixed = typeof value === 'object' && 'op' in value;
  throw new ValueError(
    `${operation} was applied to a symbolic tensor and ${mixed ? 'a node' : describeValue(value)}. Expected symbolic ` +
      'tensors, and finite numbers or Tensors of them. Nodes exist inside of layers and losses only.',
  );
}

/** An argument as a node: numbers and arrays become constants. */
export function operand(value: unknown): Node {
  if (typeof value === 'number' || typeof value === 'boolean') return constant(Number(value));
  const array = value instanceof Tensor ? value : arrayOf(value);
  if (array !== null) return constant({ values: Array.from(array.data, Number), shape: array.shape });
  checkNode('An op', value);
  return value;
}

function arrayOf(value: unknown): Tensor | null {
  const numbers = numbersOfArray(value);
  return numbers === value ? null : tensor(numbers as NestedArray);
}

/** A list of arguments as nodes. */
export function operands(value: unknown): Node[] {
  if (Array.isArray(value)) return value.map(operand);
  throw new ValueError(`Expected a list of tensors, received ${describeValue(value)}.`);
}

/** A number that is part of the operation. Throws UnsupportedError for a tensor, whose numbers are not known yet. */
export function fixedNumber(operation: string, what: string, value: unknown): number {
  if (typeof value === 'number') return value;
  const array = arrayOf(value);
  if (array?.size === 1) return Number(array.data[0]);
  throw new UnsupportedError(
    `${operation}: only a number is supported as ${what}, received ${describeValue(value)}.`,
  );
}

/** @file GetItem: a part of a tensor, by Keras' `x[:, 1, 2:]`. */

import { type ConfigValue, isKerasObject } from '../base/config.ts';
import { ShapeError, UnsupportedError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { type Dim, formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { SymbolicTensor } from '../layers/layer.ts';
import * as ops from '../ops/index.ts';
import { placeholder } from '../ops/leaf.ts';
import { operand } from './arguments.ts';
import { NUMPY } from './kinds.ts';
import { type OperationKind, operable } from './operation.ts';

/** One axis of the key: a slice, one place (the axis goes away), or a new axis. */
type Key = { readonly start: number | null; readonly stop: number | null } | number | 'new';

function isOfClass(value: ConfigValue, className: string): boolean {
  return isKerasObject(value) && value.class_name === className;
}

function toKey(value: ConfigValue): Key {
  if (value === null) return 'new';
  if (typeof value === 'number') return value;
  const config = (value as { readonly config?: Record<string, ConfigValue> }).config;
  if (isOfClass(value, '__slice__') && (config?.step ?? 1) === 1) {
    return { start: (config?.start ?? null) as number | null, stop: (config?.stop ?? null) as number | null };
  }
  throw new UnsupportedError(
    `GetItem: only slices without a step, whole numbers, None and '...' are supported, received ${describeValue(value)}.`,
  );
}

const WHOLE: Key = { start: null, stop: null };

/** A key for each axis, new ones besides. */
function fullKeys(given: ConfigValue, rank: number): Key[] {
  const list = (Array.isArray(given) ? given : [given]) as ConfigValue[];
  const at = list.findIndex((value) => isOfClass(value, '__ellipsis__'));
  const [before, after] = at < 0 ? [list, []] : [list.slice(0, at), list.slice(at + 1)];
  const [first, last] = [before.map(toKey), after.map(toKey)];
  const named = [...first, ...last].filter((key) => key !== 'new').length;
  return [...first, ...Array.from({ length: rank - named }, () => WHOLE), ...last];
}

/** Start and size along an axis, as Python counts: from the end below 0, and cut at the ends. */
function rangeOf(key: Exclude<Key, 'new'>, extent: number): [start: number, size: number] {
  const resolve = (place: number) => Math.max(0, Math.min(extent, place < 0 ? place + extent : place));
  if (typeof key === 'number') return [key < 0 ? key + extent : key, 1];
  const start = resolve(key.start ?? 0);
  return [start, resolve(key.stop ?? extent) - start];
}

function getItem(x: Node, given: ConfigValue): Node {
  const keys = fullKeys(given, x.shape.length);
  const own = keys.filter((key) => key !== 'new');
  if (own.length !== x.shape.length) {
    throw new ShapeError(`GetItem: ${own.length} axes are named, ${formatShape(x.shape)} has fewer.`);
  }
  const ranges = x.shape.map((extent, axis): [start: number, size: Dim] => {
    const key = own[axis]!;
    if (extent !== null) return rangeOf(key, extent);
    if (typeof key === 'object' && key.start === null && key.stop === null) return [0, null];
    throw new ShapeError('GetItem: the batch cannot be cut: take all of it, x[:, …].');
  });
  const part = ops.slice(
    x,
    ranges.map(([start]) => start),
    ranges.map(([, size]) => size),
  );
  let axis = 0;
  const shape = keys.flatMap((key): Dim[] => {
    if (key === 'new') return [1];
    const extent = part.shape[axis++]!;
    return typeof key === 'number' ? [] : [extent];
  });
  return ops.reshape(part, shape);
}

interface SliceFunction {
  (x: Node, start: readonly number[], size: readonly Dim[]): Node;
  (x: SymbolicTensor, start: readonly number[], size: readonly Dim[]): SymbolicTensor;
}

const GET_ITEM: OperationKind = {
  ...{ className: 'GetItem', module: NUMPY, parameters: ['x', 'key'], config: {} },
  compute: ([x, key]) => getItem(operand(x), key as ConfigValue),
};

export const slice = operable<SliceFunction>(
  GET_ITEM,
  ops.slice,
  (x: SymbolicTensor, start: readonly number[], size: readonly Dim[]) => {
    // Keras' key would take what is out of bounds as Python does: counted from the end, or cut off.
    ops.slice(placeholder({ shape: x.shape, name: x.name }), start, size);
    return { args: [x, start.map((from, axis) => sliceKey(from, size[axis]!))] };
  },
);

function sliceKey(start: number, size: Dim): ConfigValue {
  const config = {
    start: size === null && start === 0 ? null : start,
    stop: size === null ? null : start + size,
  };
  return { class_name: '__slice__', config: { ...config, step: null } };
}

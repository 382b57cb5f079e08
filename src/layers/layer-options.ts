/** @file Reading the options that all layers share; every wrong value is an error that names it. */

import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import type { Dim, Shape } from '../base/shape.ts';
import { unknownNameError } from '../base/suggest.ts';

const COMMON_OPTIONS = ['name', 'trainable', 'dtype', 'inputShape', 'batchInputShape', 'inputDim'];

/** A value as messages show it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(describeValue).join(', ')}]`;
  if (typeof value === 'object' && value !== null) return `a ${value.constructor?.name ?? 'record'}`;
  if (typeof value === 'function') return 'a function';
  return String(value);
}

/** Throws ValueError, with the nearest known name, for an option that does not exist. */
export function checkOptionNames(className: string, options: object, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw new ValueError(
      `${className} takes one record of options, such as { name: 'x' }, received ${describeValue(options)}.`,
    );
  }
  const names = [...known, ...COMMON_OPTIONS];
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw unknownNameError(`${className} option`, name, names);
  }
}

/** Throws UnsupportedError unless `dtype` (a name, or a policy of a Keras file) is float32 or left out. */
export function checkDType(className: string, dtype: unknown): void {
  const name = policyName(dtype);
  if (name !== undefined && name !== 'float32') {
    throw new UnsupportedError(
      `${className}: layers compute in float32, received dtype ${describeValue(name)}. Leave dtype out.`,
    );
  }
}

function policyName(dtype: unknown): unknown {
  if (dtype === null || typeof dtype !== 'object') return dtype ?? undefined;
  const { config } = dtype as { config?: { name?: unknown } };
  return config?.name ?? dtype;
}

interface InputShapeOptions {
  readonly inputShape?: readonly number[];
  readonly batchInputShape?: Shape;
  readonly inputDim?: number;
}

/** The input's shape with batch from whichever of the three options is given; null without. Throws ValueError. */
export function readBatchInputShape(className: string, options: InputShapeOptions): Shape | null {
  const { inputShape, batchInputShape, inputDim } = options;
  const given = [inputShape, batchInputShape, inputDim].filter((value) => value !== undefined);
  if (given.length === 0) return null;
  if (given.length > 1) {
    throw new ValueError(`${className}: give one of inputShape, batchInputShape and inputDim, not several.`);
  }
  if (batchInputShape !== undefined) return checkBatchShape(className, batchInputShape);
  return [null, ...checkSampleShape(className, inputShape ?? [inputDim!])];
}

/** Throws ShapeError unless `shape` lists whole extents from 1 up; returns it. */
export function checkSampleShape(className: string, shape: readonly number[]): readonly number[] {
  const valid = Array.isArray(shape) && shape.every((dim) => Number.isSafeInteger(dim) && dim > 0);
  if (!valid) {
    throw new ShapeError(
      `${className}: an input shape is a list of whole numbers from 1 up, such as [28, 28, 1], and leaves the batch out; ` +
        `received ${describeValue(shape)}.`,
    );
  }
  return [...shape];
}

/** Throws ShapeError unless `shape` is a batch extent of null followed by whole extents from 1 up; returns it. */
export function checkBatchShape(className: string, shape: readonly Dim[]): Shape {
  if (!Array.isArray(shape) || shape.length === 0 || shape[0] !== null) {
    throw new ShapeError(
      `${className}: a batch shape starts with null, because the batch may have any size, such as [null, 28, 28, 1]; ` +
        `received ${describeValue(shape)}.`,
    );
  }
  return [null, ...checkSampleShape(className, shape.slice(1))];
}

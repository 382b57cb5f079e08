/** @file Reading options that layers share; every wrong value is an error that names it, mostly with Keras' texts. */

import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import { canonicalName } from '../base/names.ts';
import { describeValue, refuseOption } from '../base/options.ts';
import type { Dim, Shape } from '../base/shape.ts';
import type { Padding } from '../ops/window-geometry.ts';

/** Names of the options that every layer takes. */
export const COMMON_OPTIONS = ['name', 'trainable', 'dtype', 'inputShape', 'batchInputShape', 'inputDim'];

/** A number for both axes, or one for height and one for width. */
export type PairOption = number | readonly number[];

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

/** Throws ShapeError unless `shape` lists whole extents from 1 up, UnsupportedError for open ones; returns it. */
export function checkSampleShape(className: string, shape: readonly Dim[]): readonly number[] {
  if (Array.isArray(shape) && shape.includes(null)) {
    throw new UnsupportedError(
      `${className}: inputs of variable size are not supported, received ${describeValue(shape)} for one sample. Give ` +
        'each extent a number, such as [150, 150, 3], and leave the batch out. From a file, take the weights: make the ' +
        'same layers with such an input shape, then call loadWeights().',
    );
  }
  const valid = Array.isArray(shape) && shape.every((dim) => Number.isSafeInteger(dim) && dim > 0);
  if (!valid) {
    throw new ShapeError(
      `${className}: an input shape is a list of whole numbers from 1 up, such as [28, 28, 1], and leaves the batch out; ` +
        `received ${describeValue(shape)}.`,
    );
  }
  return [...(shape as readonly number[])];
}

/**
 * The shape with null for the batch: as in Keras, a model takes batches of any size, also where a size is given here.
 * Throws ShapeError unless `shape` is null or a whole number from 1 up, and then as `checkSampleShape` does.
 */
export function checkBatchShape(className: string, shape: readonly Dim[]): Shape {
  const batch = Array.isArray(shape) ? shape[0] : undefined;
  if (batch !== null && !(Number.isSafeInteger(batch) && batch > 0)) {
    throw new ShapeError(
      `${className}: a batch shape starts with the batch, null or a whole number from 1 up, such as [null, 28, 28, 1]; ` +
        `received ${describeValue(shape)}.`,
    );
  }
  return [null, ...checkSampleShape(className, shape.slice(1))];
}

/** Two whole numbers from 1 up, or one for both; `fallback` when left out. Throws ValueError with Keras' text. */
export function pairOption(
  name: string,
  value: PairOption | undefined,
  fallback?: PairOption,
): readonly [number, number] {
  const given = value ?? fallback;
  const pair = typeof given === 'number' ? [given, given] : given;
  const valid =
    Array.isArray(pair) && pair.length === 2 && pair.every((n) => Number.isSafeInteger(n) && n > 0);
  if (!valid) {
    throw new ValueError(
      `The \`${name}\` argument must be a list of 2 integers above 0, or one for both. ` +
        `Received ${name}=${describeValue(given)}.`,
    );
  }
  return [pair[0]!, pair[1]!];
}

/** 'valid' or 'same'. Throws ValueError with Keras' text for anything else. */
export function paddingOption(value: string | undefined): Padding {
  const padding = String(value ?? 'valid').toLowerCase();
  if (padding !== 'valid' && padding !== 'same') {
    throw new ValueError(
      `The \`padding\` argument must be one of 'valid' and 'same'. Received: ${describeValue(value)}.`,
    );
  }
  return padding;
}

/** Throws UnsupportedError for 'channelsFirst', ValueError for anything else than 'channelsLast'. */
export function checkDataFormat(className: string, value: string | null | undefined): void {
  if (value === undefined || value === null) return;
  const format = canonicalName(String(value));
  if (format === 'channelslast') return;
  if (format === 'channelsfirst') {
    throw new UnsupportedError(
      `${className}: dataFormat 'channelsFirst' is not supported. Images are [batch, height, width, channels]; ` +
        'transpose the data with x.transpose([0, 2, 3, 1]).',
    );
  }
  throw new ValueError(
    `${className}: the \`dataFormat\` argument must be 'channelsLast'. Received: ${describeValue(value)}.`,
  );
}

/** Options of layers with weights that Fovea does not have yet; null, as Keras files have them, is accepted. */
export const REFUSED_WEIGHT_OPTIONS = [
  'kernelRegularizer',
  'biasRegularizer',
  'activityRegularizer',
  'kernelConstraint',
  'biasConstraint',
];

/** Throws UnsupportedError when one of `names` is set in `options`. */
export function refuseOptions(className: string, options: object, names: readonly string[]): void {
  for (const name of names) refuseOption(className, name, (options as Record<string, unknown>)[name]);
}

/** @file Options that layers share, and the checks of shapes that are given to them. */

import { type ConfigValue, kerasObject } from '../base/config.ts';
import { OpenSizeError, ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import { canonicalName, toSnakeCase, uniqueName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import type { Dim, Shape } from '../base/shape.ts';
import { flag, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import type { Spelled } from '../options/spelling.ts';
import { regularizer } from '../regularizers/registry.ts';
import { checkDType } from './dtype-policy.ts';

/** The type that layers compute in. */
export function dtype(): Option<'float32', 'float32' | ConfigValue, false> {
  return new Option<'float32', 'float32' | ConfigValue, false>({
    expected: "'float32'",
    read(given, { owner }) {
      checkDType(owner, given);
      return 'float32';
    },
    fallback: () => 'float32',
    write: () => kerasObject('keras', 'DTypePolicy', { name: 'float32' }),
  });
}

/** A layer's name; by default the class' in snake case, numbered. */
export function layerName(): Option<string, string, false> {
  const expected = "a non-empty string without '/'";
  return new Option<string, string, false>({
    expected,
    read(given, place) {
      if (typeof given !== 'string' || given === '') throw wrongValue(place, expected, given);
      if (!given.includes('/')) return given;
      throw new ValueError(`${place.owner}: a layer's name cannot contain '/', received '${given}'.`);
    },
    fallback: (_values, owner) => uniqueName(toSnakeCase(owner)),
  });
}

/** The shape of one sample. */
export function sampleShape(): Option<readonly number[] | null, readonly number[], false> {
  return new Option<readonly number[] | null, readonly number[], false>({
    expected: 'a list of whole numbers from 1 up',
    read: (given, { owner }) => checkSampleShape(owner, given),
    fallback: () => null,
  });
}

/** A shape with the batch, whose extent is `null`. */
export function batchShape(): Option<Shape | null, Shape, false> {
  return new Option<Shape | null, Shape, false>({
    expected: 'null and then whole numbers from 1 up',
    read: (given, { owner }) => checkBatchShape(owner, given),
    fallback: () => null,
  });
}

/** Options that every layer takes. */
export const LAYER_OPTIONS = {
  /** Default: the class name in snake case, numbered: `conv2d`, `conv2d_1`. */
  name: layerName(),
  /** Whether `fit` may change the weights. Default true. */
  trainable: flag(true),
  /** The type that layers compute in, the only one. Default 'float32'. */
  dtype: dtype().formerly('input_dtype'),
  /** A price on the outputs whose mean over the samples is added to the loss. Default null: none. */
  activityRegularizer: regularizer().onlyWhenSet(),
  /** On a model's first layer: the shape of one sample, without the batch. Default null: not known yet. */
  inputShape: sampleShape().notInConfig(),
  /** On a model's first layer: the shape with the batch, whose extent is `null`. Default null: not known yet. */
  batchInputShape: batchShape().notInConfig(),
  /** On a model's first layer: short for `inputShape: [inputDim]`. Default null: not known yet. */
  inputDim: new Option<number | null, number, false>({
    expected: 'a whole number from 1 up',
    read: (given, { owner }) => checkSampleShape(owner, [given])[0]!,
    fallback: () => null,
  }).notInConfig(),
};

/**
 * The input's shape with batch from whichever of the three options is given; null without. Throws ValueError when
 * several are given. `inputDim` next to a `batchInputShape` of the same extent is allowed, since Keras 1 wrote both.
 */
export function inputShapeOf(
  className: string,
  options: {
    readonly inputShape?: readonly number[] | null | undefined;
    readonly batchInputShape?: Shape | null | undefined;
    readonly inputDim?: number | null | undefined;
  },
): Shape | null {
  const { inputShape, batchInputShape } = options;
  const inputDim = options.inputDim === batchInputShape?.at(-1) ? null : options.inputDim;
  const given = [inputShape, batchInputShape, inputDim].filter((value) => (value ?? null) !== null);
  if (given.length > 1) {
    throw new ValueError(`${className}: give one of inputShape, batchInputShape and inputDim, not several.`);
  }
  if (given.length === 0) return null;
  return [null, ...(batchInputShape?.slice(1) ?? inputShape ?? [inputDim!])];
}

/** Throws ShapeError unless `shape` lists whole extents from 1 up, OpenSizeError for open ones; returns it. */
export function checkSampleShape(className: string, shape: unknown): readonly number[] {
  if (Array.isArray(shape) && shape.includes(null)) {
    throw new OpenSizeError(
      `${className}: inputs of variable size are not supported, received ${describeValue(shape)} for one sample. Give ` +
        'each extent a number, such as [150, 150, 3], and leave the batch out; for a model of a file, ' +
        'loadModel(path, { inputShape: [150, 150, 3] }).',
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
 * 'channelsLast', the only order of axes; Keras' files have the option. Throws UnsupportedError for 'channelsFirst'.
 */
export function dataFormat(): Option<'channelsLast', Spelled<'channelsLast'> | null, false> {
  return new Option<'channelsLast', Spelled<'channelsLast'> | null, false>({
    expected: "'channelsLast'",
    read(given, place) {
      const format = canonicalName(String(given));
      // Keras 1 named the orders after the libraries that had them.
      if (given === null || format === 'channelslast' || format === 'tf') return 'channelsLast';
      if (format !== 'channelsfirst' && format !== 'th') throw wrongValue(place, "'channelsLast'", given);
      throw new UnsupportedError(
        `${place.owner}: dataFormat 'channelsFirst' is not supported. Images are [batch, height, width, channels]; ` +
          'transpose the data with x.transpose([0, 2, 3, 1]).',
      );
    },
    fallback: () => 'channelsLast',
    write: () => 'channels_last',
  }).formerly('dim_ordering');
}

/**
 * The shape as given, when it is the batch (null, or a whole number from 1 up) and then one sample's extents. Throws
 * ShapeError for another batch, and as `checkSampleShape` does.
 */
export function checkBatchShape(className: string, shape: unknown): Shape {
  const batch: unknown = Array.isArray(shape) ? shape[0] : undefined;
  if (batch !== null && !(Number.isSafeInteger(batch) && (batch as number) > 0)) {
    throw new ShapeError(
      `${className}: a batch shape starts with the batch, null or a whole number from 1 up, such as [null, 28, 28, 1]; ` +
        `received ${describeValue(shape)}.`,
    );
  }
  return [batch as Dim, ...checkSampleShape(className, (shape as readonly unknown[]).slice(1))];
}

/** @file The options of imageDataGenerator: Keras' names, defaults and checks. */

import { UnsupportedError, ValueError } from '../../base/errors.ts';
import {
  booleanOption,
  checkOptionNames,
  describeValue,
  NOT_NEGATIVE,
  numberOption,
} from '../../base/options.ts';
import { unknownNameError } from '../../base/suggest.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { TransformRanges } from './draw-transform.ts';
import { FILL_MODES, type FillMode, type Sampling } from './sample-affine.ts';
import type { Standardizing } from './standardize.ts';

export interface ImageDataGeneratorOptions {
  /** Whether to subtract the mean of all images, which `fit` finds. Default false. */
  readonly featurewiseCenter?: boolean;
  /** Whether to subtract each image's mean. Default false. */
  readonly samplewiseCenter?: boolean;
  /** Whether to divide by the deviation of all images, which `fit` finds. Default false. */
  readonly featurewiseStdNormalization?: boolean;
  /** Whether to divide by each image's deviation. Default false. */
  readonly samplewiseStdNormalization?: boolean;
  /** Whether to apply ZCA whitening, which `fit` prepares. Default false. */
  readonly zcaWhitening?: boolean;
  /** Default 1e-6. */
  readonly zcaEpsilon?: number;
  /** Degrees of random rotation to either side. Default 0. */
  readonly rotationRange?: number;
  /** Random shift: a fraction below 1 of the width, a whole number of pixels n for 0 … n - 1, or a list. Default 0. */
  readonly widthShiftRange?: number | readonly number[];
  /** The same for the height. Default 0. */
  readonly heightShiftRange?: number | readonly number[];
  /** Factors between which brightness is drawn. Default: none. */
  readonly brightnessRange?: readonly [low: number, high: number] | null;
  /** Degrees of random shear to either side. Default 0. */
  readonly shearRange?: number;
  /** Factors between which zoom is drawn, or one number z for 1 - z … 1 + z. Default 0. */
  readonly zoomRange?: number | readonly [low: number, high: number];
  /** Random shift of the values to either side. Default 0. */
  readonly channelShiftRange?: number;
  /** What fills pixels from outside of the image. Default 'nearest'. */
  readonly fillMode?: FillMode;
  /** The value outside of the image for fillMode 'constant'. Default 0. */
  readonly cval?: number;
  /** Whether half of the images are turned over, left to right. Default false. */
  readonly horizontalFlip?: boolean;
  /** Whether half of the images are turned upside down. Default false. */
  readonly verticalFlip?: boolean;
  /** Factor of all values, after the transforms. Default: none. */
  readonly rescale?: number | null;
  /** Applied to each transformed image, float32 [height, width, channels], before it is rescaled. Default: none. */
  readonly preprocessingFunction?: ((image: Tensor) => Tensor) | null;
  /** The part of the images kept for validation, between 0 and 1. Default 0. */
  readonly validationSplit?: number;
  /** 0: the nearest pixel, 1: bilinear. Default 1. */
  readonly interpolationOrder?: 0 | 1;
  readonly dtype?: 'float32';
}

const WHO = 'imageDataGenerator';
const BOOLEANS = [
  ...(['featurewiseCenter', 'samplewiseCenter', 'featurewiseStdNormalization'] as const),
  ...(['samplewiseStdNormalization', 'zcaWhitening', 'horizontalFlip', 'verticalFlip'] as const),
];
const NUMBERS = ['rotationRange', 'shearRange', 'channelShiftRange', 'zcaEpsilon'] as const;
const OTHERS = [
  ...['widthShiftRange', 'heightShiftRange', 'brightnessRange', 'zoomRange', 'fillMode', 'cval', 'rescale'],
  ...['preprocessingFunction', 'validationSplit', 'interpolationOrder', 'dtype'],
];

/** All options, checked. */
export interface GeneratorSettings {
  readonly ranges: TransformRanges;
  readonly sampling: Sampling;
  readonly standardizing: Standardizing;
  readonly preprocessingFunction: ((image: Tensor) => Tensor) | null;
  readonly validationSplit: number;
}

/** Throws ValueError for slips and for values that Keras refuses, UnsupportedError for splines. */
export function readGeneratorOptions(options: ImageDataGeneratorOptions): GeneratorSettings {
  checkOptionNames(WHO, options, [...BOOLEANS, ...NUMBERS, ...OTHERS]);
  const flags = Object.fromEntries(
    BOOLEANS.map((name) => [name, booleanOption(WHO, name, options[name], false)]),
  ) as Record<(typeof BOOLEANS)[number], boolean>;
  const numbers = Object.fromEntries(
    NUMBERS.map((name) => [
      name,
      numberOption(WHO, name, options[name], name === 'zcaEpsilon' ? 1e-6 : 0, NOT_NEGATIVE),
    ]),
  ) as Record<(typeof NUMBERS)[number], number>;
  const { preprocessingFunction = null, validationSplit = 0, rescale = null, dtype = 'float32' } = options;
  if (dtype !== 'float32')
    throw new UnsupportedError(`${WHO}: dtype must be 'float32', received ${describeValue(dtype)}.`);
  if (preprocessingFunction !== null && typeof preprocessingFunction !== 'function') {
    throw new ValueError(
      `${WHO}: preprocessingFunction must be a function of an image, received ${describeValue(preprocessingFunction)}.`,
    );
  }
  if (validationSplit !== 0 && !(validationSplit > 0 && validationSplit < 1)) {
    throw new ValueError(
      `\`validationSplit\` must be strictly between 0 and 1. Received: ${describeValue(validationSplit)}`,
    );
  }
  return {
    ranges: {
      ...numbers,
      widthShiftRange: shiftRange('widthShiftRange', options.widthShiftRange),
      heightShiftRange: shiftRange('heightShiftRange', options.heightShiftRange),
      brightnessRange: pair('brightnessRange', options.brightnessRange ?? null),
      zoomRange: zoomRange(options.zoomRange ?? 0),
      horizontalFlip: flags.horizontalFlip,
      verticalFlip: flags.verticalFlip,
    },
    sampling: readSampling(options),
    standardizing: {
      ...withImplied(flags),
      rescale: rescale === null ? null : numberOption(WHO, 'rescale', rescale, 1),
      zcaEpsilon: numbers.zcaEpsilon,
    },
    preprocessingFunction,
    validationSplit,
  };
}

function readSampling({
  fillMode = 'nearest',
  cval,
  interpolationOrder = 1,
}: ImageDataGeneratorOptions): Sampling {
  if (!FILL_MODES.includes(fillMode)) throw unknownNameError('fillMode', String(fillMode), FILL_MODES);
  if (interpolationOrder !== 0 && interpolationOrder !== 1) {
    throw new UnsupportedError(
      `${WHO}: interpolationOrder must be 0 (nearest) or 1 (bilinear), received ${describeValue(interpolationOrder)}. Splines ` +
        'of higher orders are not supported.',
    );
  }
  return { fillMode, cval: numberOption(WHO, 'cval', cval, 0), interpolationOrder };
}

function shiftRange(name: string, value: number | readonly number[] = 0): number | readonly number[] {
  if (!Array.isArray(value)) return numberOption(WHO, name, value, 0, NOT_NEGATIVE);
  if (value.length > 0 && value.every((each) => Number.isFinite(each))) return value;
  throw new ValueError(
    `${WHO}: ${name} must be a number or a list of numbers, received ${describeValue(value)}.`,
  );
}

function pair(name: string, value: unknown): readonly [number, number] | null {
  if (value === null) return null;
  if (Array.isArray(value) && value.length === 2 && value.every((each) => Number.isFinite(each))) {
    return value as unknown as readonly [number, number];
  }
  throw new ValueError(`\`${name}\` should be a list of two numbers. Received: ${describeValue(value)}`);
}

function zoomRange(value: number | readonly [number, number]): readonly [number, number] {
  if (typeof value === 'number' && Number.isFinite(value)) return [1 - value, 1 + value];
  return pair('zoomRange', typeof value === 'number' ? [value] : value)!;
}

type Flags = Record<(typeof BOOLEANS)[number], boolean>;

/** The options that others bring with them; says so when they were not given. */
function withImplied(flags: Flags): Omit<Standardizing, 'rescale' | 'zcaEpsilon'> {
  const implied = (option: string, overrides: string) => {
    console.warn(
      `This imageDataGenerator specifies \`${option}\`, which overrides setting of \`${overrides}\`.`,
    );
  };
  let { featurewiseCenter, featurewiseStdNormalization, samplewiseCenter } = flags;
  if (flags.zcaWhitening && !featurewiseCenter) {
    featurewiseCenter = true;
    implied('zcaWhitening', 'featurewiseCenter');
  }
  if (flags.zcaWhitening && featurewiseStdNormalization) {
    featurewiseStdNormalization = false;
    implied('zcaWhitening', 'featurewiseStdNormalization');
  }
  if (featurewiseStdNormalization && !featurewiseCenter) {
    featurewiseCenter = true;
    implied('featurewiseStdNormalization', 'featurewiseCenter');
  }
  if (flags.samplewiseStdNormalization && !samplewiseCenter) {
    samplewiseCenter = true;
    implied('samplewiseStdNormalization', 'samplewiseCenter');
  }
  const { samplewiseStdNormalization, zcaWhitening } = flags;
  return {
    featurewiseCenter,
    featurewiseStdNormalization,
    samplewiseCenter,
    samplewiseStdNormalization,
    zcaWhitening,
  };
}

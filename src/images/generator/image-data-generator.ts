/** @file ImageDataGenerator: images changed at random while a model trains (keras/src/legacy/preprocessing/image.py). */

import { FoveaError, ShapeError, ValueError } from '../../base/errors.ts';
import { EventLoopBreaks } from '../../base/event-loop.ts';
import { booleanOption, checkOptionNames, describeValue } from '../../base/options.ts';
import { nextSeed } from '../../base/random.ts';
import { formatShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import { isRecord } from '../../data/element.ts';
import type { ImageDirectory } from '../image-files.ts';
import { NumpyRandom } from '../numpy-random.ts';
import { checkImages, type FlowOptions, flowArrays } from './array-flow.ts';
import { type DirectoryFlow, type FlowFromDirectoryOptions, flowDirectory } from './directory-flow.ts';
import { drawTransform } from './draw-transform.ts';
import {
  type GeneratorSettings,
  type ImageDataGeneratorOptions,
  readGeneratorOptions,
} from './generator-options.ts';
import type { ImageFlow, ImageWriter } from './image-flow.ts';
import { fitStatistics, type Statistics, standardizeImage } from './standardize.ts';
import { IDENTITY, type TransformParameters, transformImage } from './transform.ts';

/** Changing images holds up the caller's thread this long at most. */
const BREAK_MILLISECONDS = 2;

type Pair = [images: Tensor, labels: Tensor];

export interface GeneratorFitOptions {
  /** Whether to find the statistics of transformed images. Default false. */
  readonly augment?: boolean;
  /** How many times each image is transformed for that. Default 1. */
  readonly rounds?: number;
  /** Default: drawn from the generator of `utils.setRandomSeed`. */
  readonly seed?: number | null;
}

/**
 * Transforms images at random and brings them to a common scale. For the same seed, transforms and orders are those of
 * Keras; a transformed image is float32 and equals Keras' within one grey level.
 */
export class ImageDataGenerator {
  readonly #settings: GeneratorSettings;
  #statistics: Statistics = { mean: null, std: null, whitening: null };
  #warned = false;

  /** Throws ValueError for options that do not exist or cannot be, UnsupportedError for splines. */
  constructor(options: ImageDataGeneratorOptions = {}) {
    this.#settings = readGeneratorOptions(options);
  }

  /**
   * Batches of the images `x` [samples, height, width, channels], and of labels `y` where given, transformed anew in each
   * pass: `flow(x, options)` or `flow(x, y, options)`. Throws ShapeError or ValueError when they do not fit together.
   */
  flow(x: Tensor, options?: FlowOptions): ImageFlow<Tensor>;
  flow(x: Tensor, y: null, options?: FlowOptions): ImageFlow<Tensor>;
  flow(
    x: Tensor,
    y: Tensor,
    options: FlowOptions & { readonly sampleWeight: Tensor },
  ): ImageFlow<[...Pair, Tensor]>;
  flow(x: Tensor, y: Tensor, options?: FlowOptions): ImageFlow<Pair>;
  flow(x: Tensor, second: Tensor | FlowOptions | null = null, third?: FlowOptions): ImageFlow<unknown> {
    const isOptions = third === undefined && isRecord(second);
    const [y, options] = isOptions ? [null, second] : [second as Tensor | null, third ?? {}];
    return flowArrays(this.#writer(), x, y, options, this.#settings.validationSplit);
  }

  /**
   * Batches of the images in a folder with a sub-folder for each class, transformed anew in each pass. Prints how many
   * there are. Throws ValueError for options that do not fit, FoveaError without such a folder.
   */
  flowFromDirectory(
    directory: ImageDirectory,
    options: FlowFromDirectoryOptions & { readonly classMode: null },
  ): Promise<DirectoryFlow<Tensor>>;
  flowFromDirectory(
    directory: ImageDirectory,
    options?: FlowFromDirectoryOptions,
  ): Promise<DirectoryFlow<Pair>>;
  flowFromDirectory(
    directory: ImageDirectory,
    options: FlowFromDirectoryOptions = {},
  ): Promise<DirectoryFlow<unknown>> {
    return flowDirectory(this.#writer(), directory, options, this.#settings.validationSplit);
  }

  /**
   * Finds the statistics that the featurewise options and whitening need, of images [samples, height, width, channels].
   * Throws ShapeError for other shapes.
   */
  fit(x: Tensor, options: GeneratorFitOptions = {}): void {
    checkOptionNames('fit', options, ['augment', 'rounds', 'seed']);
    const { rounds = 1 } = options;
    const augment = booleanOption('fit', 'augment', options.augment, false);
    if (!Number.isSafeInteger(rounds) || rounds < 1) {
      throw new ValueError(
        `fit: rounds must be a whole number from 1 up, received ${describeValue(rounds)}.`,
      );
    }
    checkImages(x, 'Input to `.fit()`');
    const [count, ...shape] = x.shape as [number, number, number, number];
    const size = x.size / count;
    const data = new Float32Array(x.size * (augment ? rounds : 1));
    const random = new NumpyRandom(options.seed ?? nextSeed());
    const { ranges, sampling, standardizing } = this.#settings;
    const { rescale } = standardizing;
    const rescaled = Float32Array.from(x.data, (value) => value * (rescale ?? 1));
    for (let at = 0; at < data.length; at += size) {
      const image = rescaled.subarray(at % x.size, (at % x.size) + size);
      const parameters = augment ? drawTransform(random, ranges, shape) : IDENTITY;
      transformImage(image, shape, parameters, sampling, data.subarray(at, at + size));
    }
    this.#statistics = fitStatistics(data, size, shape[2], standardizing);
  }

  /** The transform that a seed gives for an image of that shape [height, width, channels]. */
  getRandomTransform(shape: readonly number[], seed: number | null = null): TransformParameters {
    if (shape.length !== 3) throw imageError('getRandomTransform', shape);
    return drawTransform(new NumpyRandom(seed ?? nextSeed()), this.#settings.ranges, shape);
  }

  /** The image [height, width, channels] transformed, as float32. What `parameters` leaves out is not changed. */
  applyTransform(image: Tensor, parameters: Partial<TransformParameters>): Tensor {
    checkOptionNames('applyTransform', parameters, Object.keys(IDENTITY));
    const shape = extents(image, 'applyTransform');
    const out = new Float32Array(image.size);
    transformImage(image.data, shape, { ...IDENTITY, ...parameters }, this.#settings.sampling, out);
    return new Tensor(shape, 'float32', out);
  }

  /** The image transformed at random, as float32. */
  randomTransform(image: Tensor, seed: number | null = null): Tensor {
    return this.applyTransform(image, this.getRandomTransform(image.shape, seed));
  }

  /** The image [height, width, channels] brought to the common scale, as float32. */
  standardize(image: Tensor): Tensor {
    const shape = extents(image, 'standardize');
    const out = Float32Array.from(image.data);
    this.#standardize(out, shape);
    return new Tensor(shape, 'float32', out);
  }

  #writer(): ImageWriter {
    const { ranges, sampling, standardizing, preprocessingFunction } = this.#settings;
    // A function cannot be sent to another thread, and a whitening matrix is too large to be sent with each image.
    const isHere = preprocessingFunction !== null || standardizing.zcaWhitening;
    const breaks = new EventLoopBreaks(BREAK_MILLISECONDS);
    let last: Promise<unknown> = Promise.resolve();
    const changeHere = async (image: Tensor, transform: TransformParameters) => {
      await breaks.pause();
      return this.standardize(this.applyTransform(image, transform));
    };
    return {
      ranges,
      change: (image, transform, loader) => {
        this.#warnUnfitted();
        const change = { transform, sampling, standardizing, statistics: this.#statistics };
        if (!isHere) return loader.change(image, change);
        const changed = last.then(() => changeHere(image, transform));
        last = changed.catch(() => {});
        return changed;
      },
    };
  }

  #standardize(values: Float32Array, shape: readonly [number, number, number]): void {
    const { preprocessingFunction, standardizing } = this.#settings;
    if (preprocessingFunction !== null) {
      const result = preprocessed(preprocessingFunction, new Tensor(shape, 'float32', values));
      if (!(result instanceof Tensor) || formatShape(result.shape) !== formatShape(shape)) {
        const received = result instanceof Tensor ? formatShape(result.shape) : describeValue(result);
        throw new ValueError(
          `preprocessingFunction must give a Tensor of the image's shape ${formatShape(shape)}, received ${received}.`,
        );
      }
      if (result.data !== values) values.set(result.data);
    }
    this.#warnUnfitted();
    standardizeImage(values, shape[2], standardizing, this.#statistics);
  }

  /** Says once what is left out because `fit` was not called. */
  #warnUnfitted(): void {
    const { featurewiseCenter, featurewiseStdNormalization, zcaWhitening } = this.#settings.standardizing;
    const needs = featurewiseCenter || featurewiseStdNormalization || zcaWhitening;
    if (!needs || this.#warned || this.#statistics.mean !== null) return;
    this.#warned = true;
    const option = zcaWhitening ? 'zcaWhitening' : 'featurewiseCenter';
    console.warn(
      `This imageDataGenerator specifies \`${option}\`, but it hasn't been fit on any training data. Fit it first by calling ` +
        '`.fit(images)`.',
    );
  }
}

function preprocessed(fn: (image: Tensor) => Tensor, image: Tensor): Tensor {
  try {
    return fn(image);
  } catch (error) {
    if (error instanceof FoveaError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new FoveaError(`preprocessingFunction failed: ${reason}`, { cause: error });
  }
}

function imageError(method: string, shape: readonly number[]): ShapeError {
  return new ShapeError(
    `${method}: expected an image of shape [height, width, channels], received ${formatShape(shape)}.`,
  );
}

function extents(image: Tensor, method: string): readonly [number, number, number] {
  if (image.rank !== 3) throw imageError(method, image.shape);
  return image.shape as readonly number[] as readonly [number, number, number];
}

/** An ImageDataGenerator with these options. Throws as its constructor does. */
export function imageDataGenerator(options: ImageDataGeneratorOptions = {}): ImageDataGenerator {
  return new ImageDataGenerator(options);
}

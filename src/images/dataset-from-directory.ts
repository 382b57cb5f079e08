/** @file Datasets of the images in a folder (Keras' `utils/image_dataset_utils.py`, `image_dataset_from_directory`). */

import { ValueError } from '../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { checkSeed, nextSeed } from '../base/random.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { Tensor } from '../base/tensor.ts';
import { Dataset } from '../data/dataset.ts';
import type { Source } from '../data/source.ts';
import type { ColorMode } from './color-mode.ts';
import type { ExifOrientation } from './decode.ts';
import { ImageDataset, type LabelMode, labelTensor, loadedImages } from './image-dataset.ts';
import { type ImageDirectory, openTree } from './image-files.ts';
import { checkOnError, ImageStore, type OnError } from './image-store.ts';
import { IMAGE_FORMATS, type ImageIndex, indexImages, splitImages } from './index-images.ts';
import { checkImageSpec, type ImageSpec } from './prepare-image.ts';
import type { Interpolation } from './resize.ts';

export interface DatasetFromDirectoryOptions {
  /**
   * 'inferred': one class for each sub-folder; a list of numbers, one for each file in the order of their paths; null: no
   * labels. Default 'inferred'.
   */
  readonly labels?: 'inferred' | readonly number[] | null;
  /** 'int': int32 `[batch]`; 'categorical': float32 `[batch, classes]`; 'binary': float32 `[batch, 1]`; null: no labels. Default 'int'. */
  readonly labelMode?: LabelMode | null;
  /** The sub-folders to use, in the order of their labels. Default: all, sorted. */
  readonly classNames?: readonly string[] | null;
  /** 'rgb', 'grayscale' or 'rgba'. Default 'rgb'. */
  readonly colorMode?: ColorMode;
  /** Images in a batch; null for single images. Default 32. */
  readonly batchSize?: number | null;
  /** `[height, width]`, or one number for both. Default `[256, 256]`. */
  readonly imageSize?: number | readonly [height: number, width: number];
  /** Whether each pass has another order. Default true. */
  readonly shuffle?: boolean;
  /** The seed of the split and of the order. Default: drawn from the generator of `utils.setRandomSeed`. */
  readonly seed?: number | null;
  /** The part of the files, between 0 and 1, kept for validation. */
  readonly validationSplit?: number | null;
  /** Which part to give; 'both' gives `[training, validation]`. */
  readonly subset?: 'training' | 'validation' | 'both' | null;
  /** Default 'bilinear'. */
  readonly interpolation?: Interpolation;
  /** Whether folders that links point to are searched. Default false. */
  readonly followLinks?: boolean;
  /** Whether to print how many files were found. Default true. */
  readonly verbose?: boolean;
  /** What to do with files that cannot be loaded. Default 'throw'. */
  readonly onError?: OnError;
  /** Threads that decode. Default: as many as the machine runs at the same time. */
  readonly workers?: number;
  /** Batches that are made before they are asked for. Default 2. */
  readonly prefetch?: number;
  /**
   * Bytes of decoded images that are kept in memory, so that later passes do not decode them again; the order still
   * changes. 0 keeps none. Default 256 MB.
   */
  readonly cacheLimit?: number;
  /** Whether photos are turned upright as their Exif data says. Default 'apply'; Keras ignores it. */
  readonly exifOrientation?: ExifOrientation;
}

const OPTIONS = [
  ...['labels', 'labelMode', 'classNames', 'colorMode', 'batchSize', 'imageSize', 'shuffle', 'seed'],
  ...['validationSplit', 'subset', 'interpolation', 'followLinks', 'verbose', 'onError', 'workers'],
  ...['prefetch', 'cacheLimit', 'exifOrientation'],
];
const WHO = 'datasetFromDirectory';
/** Bytes of decoded images that are kept unless the user says otherwise. */
export const CACHE_LIMIT = 256 * 2 ** 20;
/** Keras draws seeds below this. */
const SEEDS = 1_000_000;

type Pair = [images: Tensor, labels: Tensor];
type Options = DatasetFromDirectoryOptions;

/**
 * Images of a folder in batches: `[images, labels]`, or the images alone without labels. Images are uint8
 * `[batch, height, width, channels]`, where Keras' are float32 with the same values: bytes until they are in the engine,
 * and `images.div(255)` or a rescaling layer gives float32. Files, labels and the split are Keras' for the same seed.
 *
 * @param directory The path of a folder, or in a browser its File objects (`<input type="file" webkitdirectory>`), or a
 * list of `{ file, label }`.
 * @throws ValueError for options that do not fit, FoveaError without such a folder; while iterating, errors that name
 * the file.
 */
export function datasetFromDirectory(
  directory: ImageDirectory,
  options: Options & { readonly subset: 'both' } & ({ readonly labels: null } | { readonly labelMode: null }),
): Promise<[ImageDataset<Tensor>, ImageDataset<Tensor>]>;
export function datasetFromDirectory(
  directory: ImageDirectory,
  options: Options & { readonly subset: 'both' },
): Promise<[ImageDataset<Pair>, ImageDataset<Pair>]>;
export function datasetFromDirectory(
  directory: ImageDirectory,
  options: Options & ({ readonly labels: null } | { readonly labelMode: null }),
): Promise<ImageDataset<Tensor>>;
export function datasetFromDirectory(
  directory: ImageDirectory,
  options?: Options,
): Promise<ImageDataset<Pair>>;
export async function datasetFromDirectory(
  directory: ImageDirectory,
  options: Options = {},
): Promise<unknown> {
  const settings = readOptions(options);
  const { labels, shuffle, seed, validationSplit, subset } = settings;
  const tree = await openTree(WHO, directory, settings.followLinks);
  const shuffleSeed = shuffle ? (seed ?? nextSeed() % SEEDS) : null;
  const index = await indexImages(tree, { ...settings, labels, shuffleSeed });
  checkLabels(index, settings);
  const build = (part: ImageIndex, kind: string, shuffled: boolean) => {
    if (part.files.length === 0) {
      throw new ValueError(
        `No ${kind}images found in directory ${tree.name}. Allowed formats: ${describeValue(IMAGE_FORMATS)}`,
      );
    }
    return makeDataset(part, settings, shuffled);
  };
  if (subset === null) return build(index, '', shuffle);
  const [training, validation] = (['training', 'validation'] as const).map((part) =>
    subset === part || subset === 'both' ? splitImages(index, validationSplit, part) : null,
  );
  const first = training && build(training, 'training ', shuffle);
  const second = validation && build(validation, 'validation ', shuffle && subset !== 'both');
  return subset === 'both' ? [first, second] : (first ?? second);
}

type Settings = ReturnType<typeof readOptions>;

/** All options with their defaults. Throws ValueError for what Keras refuses too, and for slips. */
function readOptions(options: Options) {
  checkOptionNames(WHO, options, OPTIONS);
  const { imageSize = [256, 256], prefetch = 2, workers, cacheLimit } = options;
  const [labels, labelMode] = readLabelOptions(options);
  const shuffle = booleanOption(WHO, 'shuffle', options.shuffle, true);
  const seed = options.seed === undefined || options.seed === null ? null : checkSeed(options.seed);
  const size = typeof imageSize === 'number' ? ([imageSize, imageSize] as const) : imageSize;
  if (!Array.isArray(size) || size.length !== 2) {
    throw new ValueError(
      `Invalid \`imageSize\` value. Expected [height, width] or a number. Received: imageSize=${describeValue(imageSize)}`,
    );
  }
  const spec: ImageSpec = {
    colorMode: options.colorMode ?? 'rgb',
    size: [size[0]!, size[1]!],
    resize: { interpolation: options.interpolation ?? 'bilinear' },
    exifOrientation: options.exifOrientation ?? 'apply',
  };
  checkImageSpec(spec, WHO);
  return {
    labels,
    labelMode,
    classNames: options.classNames ?? null,
    batchSize: options.batchSize === null ? null : wholeNumber('batchSize', options.batchSize, 32, 1),
    shuffle,
    seed,
    ...readSplit(options, shuffle, seed),
    followLinks: booleanOption(WHO, 'followLinks', options.followLinks, false),
    verbose: booleanOption(WHO, 'verbose', options.verbose, true),
    prefetch: wholeNumber('prefetch', prefetch, 2, 0),
    spec,
    store: {
      spec,
      onError: checkOnError(WHO, options.onError ?? 'throw'),
      workers: workers === undefined ? null : wholeNumber('workers', workers, 1, 1),
      cacheLimit: numberOption(WHO, 'cacheLimit', cacheLimit, CACHE_LIMIT, {
        holds: (bytes) => bytes >= 0,
        expected: 'a number of bytes from 0 up',
      }),
    },
  };
}

function wholeNumber(name: string, value: unknown, fallback: number, least: number): number {
  return numberOption(WHO, name, value, fallback, {
    holds: (number) => Number.isSafeInteger(number) && number >= least,
    expected: `a whole number from ${least} up`,
  });
}

function readLabelOptions(
  options: Options,
): [labels: 'inferred' | readonly number[] | null, labelMode: LabelMode | null] {
  const { labels = 'inferred', labelMode = 'int', classNames } = options;
  const isList = Array.isArray(labels) && labels.every(Number.isSafeInteger);
  if (labels !== 'inferred' && labels !== null && !isList) {
    throw new ValueError(
      '`labels` argument should be a list of integer labels, of the same size as the number of image files in the target ' +
        "directory. If you wish to infer the labels from the subdirectory names in the target directory, pass `labels: 'inferred'`. " +
        'If you wish to get a dataset that only contains images (no labels), pass `labels: null`. Received: ' +
        `labels=${describeValue(labels)}`,
    );
  }
  if (labels !== 'inferred' && classNames !== undefined && classNames !== null) {
    throw new ValueError(
      `You can only pass \`classNames\` if \`labels: 'inferred'\`. Received: labels=${describeValue(labels)}, and ` +
        `classNames=${describeValue(classNames)}`,
    );
  }
  if (labelMode !== null && !['int', 'categorical', 'binary'].includes(labelMode)) {
    throw unknownNameError('labelMode', String(labelMode), ['int', 'categorical', 'binary']);
  }
  return labels === null || labelMode === null ? [null, null] : [labels, labelMode];
}

function readSplit(options: Options, shuffle: boolean, seed: number | null) {
  const { validationSplit = null, subset = null } = options;
  if (validationSplit !== null && !(validationSplit > 0 && validationSplit < 1)) {
    throw new ValueError(
      `\`validationSplit\` must be between 0 and 1, received: ${describeValue(validationSplit)}`,
    );
  }
  if ((validationSplit === null) !== (subset === null)) {
    throw new ValueError('If `subset` is set, `validationSplit` must be set, and inversely.');
  }
  if (subset !== null && !['training', 'validation', 'both'].includes(subset)) {
    throw new ValueError(
      `\`subset\` must be either 'training', 'validation' or 'both', received: ${describeValue(subset)}`,
    );
  }
  if (validationSplit !== null && shuffle && seed === null) {
    throw new ValueError(
      'If using `validationSplit` and shuffling the data, you must provide a `seed` argument, to make sure that there is no ' +
        'overlap between the training and validation subset.',
    );
  }
  return { validationSplit: validationSplit ?? 0, subset };
}

/** Throws ValueError for labels that their mode cannot say. */
function checkLabels({ labels, classNames }: ImageIndex, { labelMode }: Settings): void {
  if (labels === null || classNames === null) return;
  if (labelMode === 'binary' && classNames.length !== 2) {
    throw new ValueError(
      `When passing \`labelMode: 'binary'\`, there must be exactly 2 classNames. Received: classNames=${describeValue(classNames)}`,
    );
  }
  const wrong = labels.find((label) => label < 0 || label >= classNames.length);
  if (labelMode === 'int' || wrong === undefined) return;
  throw new ValueError(
    `\`labels\` has ${classNames.length} different numbers, so labelMode '${labelMode}' needs them to be 0 to ` +
      `${classNames.length - 1}, received ${wrong}.`,
  );
}

function makeDataset(index: ImageIndex, settings: Settings, shuffle: boolean): ImageDataset<unknown> {
  const { files, labels, classNames } = index;
  const { labelMode, batchSize, prefetch, seed } = settings;
  const store = new ImageStore({ files, ...settings.store });
  const places: Source<number> = {
    length: files.length,
    parts: [],
    async *open() {
      yield* files.keys();
    },
  };
  const inPlace = new Dataset(places, labels === null ? null : classNames);
  // Places are small, so all of them are shuffled at once.
  const ordered = shuffle ? inPlace.shuffle(files.length, { seed }) : inPlace;
  const classes = classNames?.length ?? 0;
  const element = (image: Tensor, place: number) =>
    labels === null ? image : [image, labelTensor(labels[place]!, labelMode!, classes)];
  const images = new Dataset<unknown>(loadedImages(ordered.source, store, element), inPlace.classNames);
  const batches = batchSize === null ? images : images.batch(batchSize);
  const ahead = prefetch === 0 ? batches : batches.prefetch(prefetch);
  return new ImageDataset(ahead, { store, filePaths: files.map(({ path, source }) => pathOf(path, source)) });
}

function pathOf(path: string, source: unknown): string {
  return typeof source === 'string' ? source : path;
}

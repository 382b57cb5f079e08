/** @file The options of datasetFromDirectory: Keras' names, defaults and checks. */

import { ValueError } from '../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue, wholeNumberOption } from '../base/options.ts';
import { checkSeed } from '../base/random.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { ColorMode } from './color-mode.ts';
import { FOLDER_LOADING_OPTIONS, type FolderLoadingOptions, readFolderLoading } from './folder-loading.ts';
import type { LabelMode } from './image-dataset.ts';
import { checkImageSpec, type ImageSpec } from './prepare-image.ts';
import type { KerasInterpolation } from './resize.ts';

export interface DatasetFromDirectoryOptions extends FolderLoadingOptions {
  /**
   * 'inferred': one class for each sub-folder; a list of numbers, one for each file in the order of their paths; null: no
   * labels. Default 'inferred'.
   */
  readonly labels?: 'inferred' | readonly number[] | null;
  /** 'int': int32 `[batch]`; 'categorical': float32 `[batch, classes]`; 'binary': float32 `[batch, 1]`; null: no labels. Default 'int'. */
  readonly labelMode?: LabelMode | null;
  /** The sub-folders to use, in the order of their labels; not without labels. Default: all, sorted. */
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
  /** Default 'bilinear'; none of them widens when it shrinks an image, as in Keras. */
  readonly interpolation?: KerasInterpolation;
  /** Whether to cut images to the proportions of imageSize instead of stretching them. Default false. */
  readonly cropToAspectRatio?: boolean;
  /** Whether to fill images with black to the proportions of imageSize instead of stretching them. Default false. */
  readonly padToAspectRatio?: boolean;
  /** Whether to print how many files were found. Default true. */
  readonly verbose?: boolean;
  /** Batches that are made before they are asked for. Default 2. */
  readonly prefetch?: number;
}

const OPTIONS = [
  ...['labels', 'labelMode', 'classNames', 'colorMode', 'batchSize', 'imageSize', 'shuffle', 'seed'],
  ...['validationSplit', 'subset', 'interpolation', 'cropToAspectRatio', 'padToAspectRatio', 'verbose'],
  ...['prefetch', ...FOLDER_LOADING_OPTIONS],
];
/** For messages. */
export const WHO = 'datasetFromDirectory';

/** All options, checked. */
export type DirectorySettings = ReturnType<typeof readDirectoryOptions>;

/** All options with their defaults. Throws ValueError for what Keras refuses too, and for slips. */
export function readDirectoryOptions(options: DatasetFromDirectoryOptions) {
  checkOptionNames(WHO, options, OPTIONS);
  const { imageSize = [256, 256], prefetch = 2 } = options;
  const { followLinks, exifOrientation, store } = readFolderLoading(WHO, options);
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
    resize: {
      method: 'keras',
      interpolation: options.interpolation ?? 'bilinear',
      cropToAspectRatio: booleanOption(WHO, 'cropToAspectRatio', options.cropToAspectRatio, false),
      padToAspectRatio: booleanOption(WHO, 'padToAspectRatio', options.padToAspectRatio, false),
    },
    exifOrientation,
  };
  checkImageSpec(spec, WHO);
  return {
    labels,
    labelMode,
    classNames: options.classNames ?? null,
    batchSize:
      options.batchSize === null ? null : wholeNumberOption(WHO, 'batchSize', options.batchSize, 32, 1),
    shuffle,
    seed,
    ...readSplit(options, shuffle, seed),
    followLinks,
    verbose: booleanOption(WHO, 'verbose', options.verbose, true),
    prefetch: wholeNumberOption(WHO, 'prefetch', prefetch, 2, 0),
    spec,
    store: { spec, ...store },
  };
}

function readLabelOptions(
  options: DatasetFromDirectoryOptions,
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
  const isInferred = labels === 'inferred' && labelMode !== null;
  if (!isInferred && classNames !== undefined && classNames !== null) {
    throw new ValueError(
      `You can only pass \`classNames\` if \`labels: 'inferred'\` and labelMode is not null. Received: ` +
        `labels=${describeValue(labels)}, labelMode=${describeValue(labelMode)}, and classNames=${describeValue(classNames)}`,
    );
  }
  if (labelMode !== null && !['int', 'categorical', 'binary'].includes(labelMode)) {
    throw unknownNameError('labelMode', String(labelMode), ['int', 'categorical', 'binary']);
  }
  return labels === null || labelMode === null ? [null, null] : [labels, labelMode];
}

function readSplit(options: DatasetFromDirectoryOptions, shuffle: boolean, seed: number | null) {
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

/** @file Flows of the images in a folder (Keras' `DirectoryIterator`). */

import { FoveaError } from '../../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue, wholeNumberOption } from '../../base/options.ts';
import { unknownNameError } from '../../base/suggest.ts';
import { Tensor } from '../../base/tensor.ts';
import { CHANNELS, type ColorMode } from '../color-mode.ts';
import type { ExifOrientation } from '../decode.ts';
import { FOLDER_LOADING_OPTIONS, type FolderLoadingOptions, readFolderLoading } from '../folder-loading.ts';
import { type FoundFile, type ImageDirectory, openTree, type Tree } from '../image-files.ts';
import { ImageStore, loaderOf, type SkippedFile } from '../image-store.ts';
import { checkClassNames } from '../index-images.ts';
import { checkImageSpec, type ImageSpec } from '../prepare-image.ts';
import type { Interpolation } from '../resize.ts';
import { checkSubset } from './array-flow.ts';
import { type FlowSettings, ImageFlow, type ImageWriter } from './image-flow.ts';

export type ClassMode = 'categorical' | 'binary' | 'sparse' | 'input';

export interface FlowFromDirectoryOptions extends FolderLoadingOptions {
  /** `[height, width]` of the images, or one number for both. Default `[256, 256]`. */
  readonly targetSize?: number | readonly [height: number, width: number];
  /** 'rgb', 'grayscale' or 'rgba'. Default 'rgb'. */
  readonly colorMode?: ColorMode;
  /** The sub-folders to use, in the order of their labels. Default: all, sorted. */
  readonly classes?: readonly string[] | null;
  /**
   * 'categorical': float32 `[batch, classes]`; 'binary' and 'sparse': float32 `[batch]`; 'input': the images themselves;
   * null: no labels. Default 'categorical'.
   */
  readonly classMode?: ClassMode | null;
  /** Default 32. */
  readonly batchSize?: number;
  /** Whether each pass has another order. Default true. */
  readonly shuffle?: boolean;
  /** Default: drawn from the generator of `utils.setRandomSeed`. */
  readonly seed?: number | null;
  /** How images are resized, with Pillow's filters. Default 'nearest'. */
  readonly interpolation?: Interpolation;
  /** The part of each class to use, with the generator's validationSplit: the first files are for validation. */
  readonly subset?: 'training' | 'validation' | null;
  /** Whether to cut images to the proportions of targetSize instead of stretching them. Default false. */
  readonly keepAspectRatio?: boolean;
}

const OPTIONS = [
  ...['targetSize', 'colorMode', 'classes', 'classMode', 'batchSize', 'shuffle', 'seed', 'interpolation'],
  ...['subset', 'keepAspectRatio', ...FOLDER_LOADING_OPTIONS],
];
const WHO = 'flowFromDirectory';
/** Keras' ends of names, which need no dot, and WebP. Files that cannot be read are errors when they are loaded. */
const FORMATS = ['png', 'jpg', 'jpeg', 'bmp', 'ppm', 'tif', 'tiff', 'webp'];
const CLASS_MODES: readonly ClassMode[] = ['categorical', 'binary', 'sparse', 'input'];

/** A flow of the images in a folder. */
export class DirectoryFlow<T> extends ImageFlow<T> {
  /** Paths of the images below the folder. */
  readonly filenames: readonly string[];
  /** The class of each image. */
  readonly classes: Int32Array;
  /** The label of each class. */
  readonly classIndices: Readonly<Record<string, number>>;
  readonly #store: ImageStore;

  constructor(
    settings: FlowSettings<T>,
    found: { files: readonly FoundFile[]; labels: Int32Array; names: readonly string[]; store: ImageStore },
  ) {
    super(settings, found.names);
    this.filenames = found.files.map(({ path }) => path);
    this.classes = found.labels;
    this.classIndices = Object.fromEntries(found.names.map((name, label) => [name, label]));
    this.#store = found.store;
  }

  /** Files that could not be loaded so far, with the errors that say why. They are left out of all later passes. */
  get skipped(): readonly SkippedFile[] {
    return this.#store.skipped;
  }
}

/** See `ImageDataGenerator.flowFromDirectory`. */
export async function flowDirectory(
  writer: ImageWriter,
  directory: ImageDirectory,
  options: FlowFromDirectoryOptions,
  validationSplit: number,
): Promise<DirectoryFlow<unknown>> {
  checkOptionNames(WHO, options, OPTIONS);
  const { classMode = 'categorical', seed = null } = options;
  if (classMode !== null && !CLASS_MODES.includes(classMode)) {
    throw unknownNameError('classMode', String(classMode), CLASS_MODES);
  }
  const { followLinks, exifOrientation, store } = readFolderLoading(WHO, options);
  const spec = imageSpec(options, exifOrientation);
  const settings = {
    batchSize: wholeNumberOption(WHO, 'batchSize', options.batchSize, 32, 1),
    shuffle: booleanOption(WHO, 'shuffle', options.shuffle, true),
    seed,
  };
  checkClassNames('classes', options.classes ?? null);
  const subset = checkSubset(options.subset, validationSplit);
  const tree = await openTree(WHO, directory, followLinks);
  const names = options.classes ?? tree.folders;
  const { files, labels } = await listFiles(tree, names, subset, validationSplit);
  console.log(`Found ${files.length} images belonging to ${names.length} classes.`);
  if (files.length === 0) {
    throw new FoveaError(`No images found in directory ${tree.name}. Allowed formats: ${FORMATS.join(', ')}`);
  }
  const classes = Array.from(labels, (label) => names[label]!);
  const images = new ImageStore({ files, classes, spec, ...store });
  const batch = (pixels: Tensor, places: readonly number[]) => {
    const target = targets(
      pixels,
      places.map((place) => labels[place]!),
      classMode,
      names.length,
    );
    return target === null ? pixels : [pixels, target];
  };
  const shape = [...spec.size!, CHANNELS[spec.colorMode!]] as const;
  const load = async (place: number) => images.accept(place, await images.load(place));
  const loader = loaderOf(store.workers);
  const nameOf = (place: number) => files[place]!.path;
  const isLeftOut = (place: number) => images.isSkipped(place);
  const flowImages = {
    ...{ count: files.length, shape, load, isLeftOut, nameOf, loader },
    report: () => images.report(),
  };
  return new DirectoryFlow(
    { writer, images: flowImages, batch, ...settings },
    { files, labels, names, store: images },
  );
}

function imageSpec(options: FlowFromDirectoryOptions, exifOrientation: ExifOrientation): ImageSpec {
  const { targetSize = [256, 256] } = options;
  const spec: ImageSpec = {
    colorMode: options.colorMode ?? 'rgb',
    size: typeof targetSize === 'number' ? [targetSize, targetSize] : targetSize,
    resize: {
      interpolation: options.interpolation ?? 'nearest',
      cropToAspectRatio: booleanOption(WHO, 'keepAspectRatio', options.keepAspectRatio, false),
    },
    exifOrientation,
  };
  checkImageSpec(spec, WHO);
  return spec;
}

/** The files of each class, or of a part of each class: the first ones are for validation. */
async function listFiles(
  tree: Tree,
  names: readonly string[],
  subset: 'training' | 'validation' | null,
  validationSplit: number,
): Promise<{ files: FoundFile[]; labels: Int32Array }> {
  const missing = names.find((name) => !tree.folders.includes(name));
  if (missing !== undefined) {
    throw new FoveaError(
      `${WHO}: there is no sub-folder '${missing}' in ${tree.name}, which has ${describeValue(tree.folders)}.`,
    );
  }
  const files: FoundFile[] = [];
  const labels: number[] = [];
  for (const [label, name] of names.entries()) {
    const all = await tree.files(name, FORMATS);
    const cut = Math.trunc(validationSplit * all.length);
    const part = subset === null ? all : subset === 'validation' ? all.slice(0, cut) : all.slice(cut);
    files.push(...part);
    labels.push(...part.map(() => label));
  }
  return { files, labels: Int32Array.from(labels) };
}

function targets(
  images: Tensor,
  labels: readonly number[],
  mode: ClassMode | null,
  classes: number,
): Tensor | null {
  if (mode === null) return null;
  if (mode === 'input') return images;
  if (mode !== 'categorical') return new Tensor([labels.length], 'float32', Float32Array.from(labels));
  const rows = new Float32Array(labels.length * classes);
  labels.forEach((label, i) => {
    rows[i * classes + label] = 1;
  });
  return new Tensor([labels.length, classes], 'float32', rows);
}

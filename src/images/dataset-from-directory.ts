/** @file Datasets of the images in a folder (Keras' `utils/image_dataset_utils.py`, `image_dataset_from_directory`). */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import { nextSeed } from '../base/random.ts';
import type { Tensor } from '../base/tensor.ts';
import { Dataset } from '../data/dataset.ts';
import type { Source } from '../data/source.ts';
import {
  type DatasetFromDirectoryOptions,
  type DirectorySettings,
  readDirectoryOptions,
  WHO,
} from './directory-options.ts';
import { ImageDataset, labelTensor, loadedImages } from './image-dataset.ts';
import { type ImageDirectory, openTree } from './image-files.ts';
import { ImageStore } from './image-store.ts';
import { IMAGE_FORMATS, type ImageIndex, indexImages, splitImages } from './index-images.ts';
import { inOwnMemory } from './kept-images.ts';

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
 * Warns of classes without images: when the folder has none, and when the last of them cannot be loaded and is skipped.
 *
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
  const settings = readDirectoryOptions(options);
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

/** Throws ValueError for labels that their mode cannot say. */
function checkLabels({ labels, classNames }: ImageIndex, { labelMode }: DirectorySettings): void {
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

function makeDataset(
  index: ImageIndex,
  settings: DirectorySettings,
  shuffle: boolean,
): ImageDataset<unknown> {
  const { files, labels, classNames } = index;
  const { labelMode, batchSize, prefetch, seed } = settings;
  const className = (label: number) => (settings.labels === 'inferred' ? classNames![label]! : String(label));
  const classOfFile = labels?.map(className) ?? null;
  const store = new ImageStore({ files, classes: classOfFile, ...settings.store });
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
  const element = (loaded: Tensor, place: number) => {
    const image = batchSize === null ? inOwnMemory(loaded) : loaded;
    return labels === null ? image : [image, labelTensor(labels[place]!, labelMode!, classes)];
  };
  const images = new Dataset<unknown>(loadedImages(ordered.source, store, element), inPlace.classNames);
  const batches = batchSize === null ? images : images.batch(batchSize);
  const ahead = prefetch === 0 ? batches : batches.prefetch(prefetch);
  return new ImageDataset(ahead, { store, filePaths: files.map(({ path, source }) => pathOf(path, source)) });
}

function pathOf(path: string, source: unknown): string {
  return typeof source === 'string' ? source : path;
}

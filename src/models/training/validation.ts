/** @file Which data `fit` validates on, and when. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { Tensor } from '../../base/tensor.ts';
import type { Examples } from './batch.ts';
import {
  arraySource,
  type BatchSource,
  type DataNames,
  datasetSource,
  readData,
  refuseEndless,
  refuseWithDataset,
} from './batch-source.ts';
import { isDataset } from './data-types.ts';
import type { FitOptions } from './run-options.ts';

const DEFAULT_BATCH_SIZE = 32;

/** The batch size of arrays: as asked for, else such that `steps` batches take all samples, else 32. */
export function batchSizeOf(
  samples: number,
  batchSize: number | undefined,
  steps: number | undefined,
): number {
  return batchSize ?? (steps === undefined ? DEFAULT_BATCH_SIZE : Math.ceil(samples / steps));
}

function rows(tensor: Tensor, start: number, end: number): Tensor {
  return tensor.slice([start], [end - start]);
}

/** The first part to train on and the last part to validate on. Throws ValueError when one of them would be empty. */
export function splitData(data: Examples, validationSplit: number): readonly [Examples, Examples] {
  const at = Math.floor(data.samples * (1 - validationSplit));
  if (at === 0 || at === data.samples) {
    throw new ValueError(
      `Training data contains ${data.samples} samples, which is not sufficient to split it into a validation and ` +
        `training set as specified by \`validationSplit=${validationSplit}\`. Either provide more data, or a different ` +
        'value for the `validationSplit` argument.',
    );
  }
  const part = (start: number, end: number): Examples => ({
    x: data.x.map((tensor) => rows(tensor, start, end)),
    y: data.y.map((tensor) => rows(tensor, start, end)),
    sampleWeights: data.sampleWeights?.map((each) => each && rows(each, start, end)) ?? null,
    samples: end - start,
  });
  return [part(0, at), part(at, data.samples)];
}

/** The batches of `validationData`, or of the part split off; null without validation. Throws as `readData` does. */
export function validationSource(
  names: DataNames,
  options: FitOptions,
  split: Examples | null,
): BatchSource | null {
  const { validationData } = options;
  const inBatches = (data: Examples) => {
    const batchSize = options.validationBatchSize ?? options.batchSize;
    return arraySource(data, batchSizeOf(data.samples, batchSize, options.validationSteps), null);
  };
  if (validationData === undefined || validationData === null)
    return split === null ? null : inBatches(split);
  if (isDataset(validationData)) {
    refuseWithDataset('fit (validationData)', options, ['validationBatchSize']);
    refuseEndless('fit (validationData)', validationData, 'validationSteps', options.validationSteps);
    return datasetSource('fit (validationData)', validationData, names);
  }
  if (!Array.isArray(validationData) || validationData.length < 2 || validationData.length > 3) {
    throw new ValueError(
      `fit: validationData must be [x, y], [x, y, sampleWeight] or a dataset, received ${describeValue(validationData)}.`,
    );
  }
  const [x, y, sampleWeight] = validationData as readonly unknown[];
  return inBatches(readData('fit (validationData)', names, x, y, sampleWeight));
}

/** Whether to validate after `epoch`, counted from 0. */
export function validatesAfter(epoch: number, validationFreq: FitOptions['validationFreq'] = 1): boolean {
  if (typeof validationFreq === 'number') return (epoch + 1) % validationFreq === 0;
  return validationFreq.includes(epoch + 1);
}

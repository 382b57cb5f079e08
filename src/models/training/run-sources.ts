/** @file From the arguments of fit, evaluate and predict to sources of batches. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { RandomGenerator } from '../../base/random.ts';
import { isRecord } from '../structure.ts';
import {
  arraySource,
  type BatchSource,
  type DataNames,
  datasetSource,
  readData,
  refuseEndless,
  refuseWithDataset,
} from './batch-source.ts';
import { withClassWeight } from './class-weight.ts';
import { isDataset } from './data-types.ts';
import { type EvaluateOptions, type FitOptions, optionNames } from './run-options.ts';
import { batchSizeOf, splitData, validationSource } from './validation.ts';

/** `(x, y, options)`, or `(dataset, options)`. Throws ValueError when both a dataset and targets are given. */
export function readArguments<O extends object>(
  method: 'fit' | 'evaluate',
  x: unknown,
  second: unknown,
  third: O | undefined,
): { y: unknown; options: O } {
  if (!isDataset(x)) return { y: second, options: third ?? ({} as O) };
  if (second === undefined || second === null) return { y: undefined, options: third ?? ({} as O) };
  if (third === undefined && isOptions(method, second)) return { y: undefined, options: second as O };
  throw new ValueError(
    `${method}: a dataset brings its targets, so y must be left out; received ${describeValue(second)}.`,
  );
}

/** Whether a second argument after a dataset is meant as options, misspelt ones included, and not as targets by name. */
function isOptions(method: 'fit' | 'evaluate', value: unknown): boolean {
  if (!isRecord(value)) return false;
  const known = optionNames(method);
  const hasArrays = Object.values(value).some((v) => typeof v === 'object');
  return Object.keys(value).some((name) => known.includes(name)) || !hasArrays;
}

/** Batches of arrays or of a dataset. Throws as `readData` does, and ValueError for options that datasets do not take. */
export function sourceOf(
  method: string,
  names: DataNames,
  x: unknown,
  y: unknown,
  options: EvaluateOptions,
  shuffle: RandomGenerator | null,
): BatchSource {
  if (!isDataset(x)) {
    const data = readData(method, names, x, y, options.sampleWeight);
    return arraySource(data, batchSizeOf(data.samples, options.batchSize, options.steps), shuffle);
  }
  refuseWithDataset(method, options, ['batchSize', 'sampleWeight']);
  refuseEndless(method, x, 'steps', options.steps);
  return datasetSource(method, x, names);
}

/** What `fit` trains on and validates on; null without validation. */
export interface FitSources {
  readonly source: BatchSource;
  readonly validation: BatchSource | null;
}

/** Batches to train on and to validate on. Throws as `sourceOf` does, and ValueError for a split that leaves nothing. */
export function fitSources(
  names: DataNames,
  x: unknown,
  y: unknown,
  options: FitOptions,
  shuffle: RandomGenerator | null,
): FitSources {
  const { validationSplit = 0, validationData, classWeight } = options;
  if (isDataset(x)) {
    if (validationSplit > 0) {
      throw new ValueError(
        'Argument `validationSplit` is only supported for arrays, not for a dataset. Give another dataset as validationData.',
      );
    }
    refuseWithDataset('fit', options, ['batchSize', 'sampleWeight']);
    refuseEndless('fit', x, 'stepsPerEpoch', options.stepsPerEpoch);
    const source = datasetSource('fit', x, names, classWeight ?? undefined);
    return { source, validation: validationSource(names, options, null) };
  }
  const all = readData('fit', names, x, y, options.sampleWeight);
  const splits = validationSplit > 0 && (validationData === undefined || validationData === null);
  const [train, split] = splits ? splitData(all, validationSplit) : [all, null];
  const batchSize = batchSizeOf(train.samples, options.batchSize, options.stepsPerEpoch);
  const source = arraySource(withClassWeight(train, classWeight), batchSize, shuffle);
  return { source, validation: validationSource(names, options, split) };
}

/** @file Options of `fit`, `evaluate`, `predict` and the functions for one batch, and their checks. */

import { ValueError } from '../../base/errors.ts';
import {
  booleanOption,
  checkOptionNames,
  describeValue,
  numberOption,
  POSITIVE,
} from '../../base/options.ts';
import type { CallbackLike } from '../../callbacks/callback.ts';
import type { DataInput, DatasetLike, SampleWeightInput } from './data-types.ts';

/** 'auto': a bar on a terminal, else a line for each epoch; 0: silent; 1: a bar; 2: a line for each epoch. */
export type Verbose = 'auto' | 0 | 1 | 2;

interface RunOptions {
  /**
   * Samples in a batch. Default: with a number of steps, all samples divided by it; else 32. Not for datasets, which
   * have batches of their own.
   */
  readonly batchSize?: number;
  readonly verbose?: Verbose;
  readonly callbacks?: CallbackLike | readonly CallbackLike[];
}

export interface PredictOptions extends RunOptions {
  /** Batches at most. Default: all. */
  readonly steps?: number;
}

export interface EvaluateOptions extends RunOptions {
  /** Batches at most. Default: all. */
  readonly steps?: number;
  /** A weight for each sample's loss; with several outputs one array for all, or one for each. */
  readonly sampleWeight?: SampleWeightInput;
  /** Whether to return a record by name. Default false. */
  readonly returnDict?: boolean;
}

/** Weights of classes' losses by class number; classes left out have 1. */
export type ClassWeight = { readonly [label: number]: number };

export interface FitOptions extends RunOptions {
  /** Passes over the data, counted from 0: training ends when `epochs` is reached. Default 1. */
  readonly epochs?: number;
  /** Where to start counting epochs. Default 0. */
  readonly initialEpoch?: number;
  /** Batches in an epoch. Default: all. */
  readonly stepsPerEpoch?: number;
  /** The last part of the arrays, 0 to 1, kept for validation; taken before shuffling. */
  readonly validationSplit?: number;
  /** `[x, y]`, `[x, y, sampleWeight]`, or a dataset. Goes before validationSplit. */
  readonly validationData?:
    | readonly [DataInput, DataInput]
    | readonly [DataInput, DataInput, SampleWeightInput]
    | DatasetLike;
  /** Default: batchSize, else such that `validationSteps` batches take all samples, else 32. */
  readonly validationBatchSize?: number;
  /** Batches of validation at most. Default: all. */
  readonly validationSteps?: number;
  /** Validate every so many epochs, or in the epochs listed, counted from 1. Default 1. */
  readonly validationFreq?: number | readonly number[];
  /** Whether arrays are shuffled before each epoch. Default true. */
  readonly shuffle?: boolean;
  /** A weight for each sample's loss; with several outputs one array for all, or one for each. */
  readonly sampleWeight?: SampleWeightInput;
  /** A weight for each class' losses while training. */
  readonly classWeight?: ClassWeight;
  /**
   * Whether the outputs of the model's frozen front are computed once for each sample, and kept in memory, so that every epoch runs
   * the rest of the model only. The numbers are those of training without it. Not for models that change images at random in
   * front of the frozen layers, nor for data that differs from epoch to epoch: of a dataset the first batch is read twice to notice that. When `stopTraining` is set while the outputs are
   * computed, `fit` ends without the epoch that they are for. Default false.
   */
  readonly cacheFeatures?: boolean | CacheFeaturesOptions;
}

/** Options of `cacheFeatures`. */
export interface CacheFeaturesOptions {
  /** Megabytes that the outputs, of training and of validation each, may take; with more `fit` ends with an error. Default 2048. */
  readonly maxMegabytes?: number;
}

export interface BatchOptions {
  /** A weight for each sample's loss; with several outputs one array for all, or one for each. */
  readonly sampleWeight?: SampleWeightInput;
  /** `trainOnBatch` only: a weight for each class' losses. */
  readonly classWeight?: ClassWeight;
  /** Whether to return a record by name. Default false. */
  readonly returnDict?: boolean;
}

const RUN = ['batchSize', 'verbose', 'callbacks'];
const KNOWN = {
  predict: [...RUN, 'steps'],
  evaluate: [...RUN, 'steps', 'sampleWeight', 'returnDict'],
  fit: [
    ...[
      ...RUN,
      'epochs',
      'initialEpoch',
      'stepsPerEpoch',
      'validationSplit',
      'validationData',
      'validationBatchSize',
    ],
    ...['validationSteps', 'validationFreq', 'shuffle', 'sampleWeight', 'classWeight', 'cacheFeatures'],
  ],
  trainOnBatch: ['sampleWeight', 'classWeight', 'returnDict'],
  testOnBatch: ['sampleWeight', 'returnDict'],
};

/** Names of all options of `method`. */
export function optionNames(method: keyof typeof KNOWN): readonly string[] {
  return KNOWN[method];
}

const COUNTS = [
  ...['batchSize', 'steps', 'stepsPerEpoch', 'validationBatchSize', 'validationSteps'].map(
    (name) => [name, 1] as const,
  ),
  ...['epochs', 'initialEpoch'].map((name) => [name, 0] as const),
];

/** Throws ValueError for an unknown option and for a value an option cannot have. */
export function checkRunOptions(method: keyof typeof KNOWN, options: object): void {
  checkOptionNames(method, options, KNOWN[method]);
  const values = options as Record<string, unknown>;
  for (const [name, least] of COUNTS) {
    numberOption(method, name, values[name], least, {
      holds: (value) => Number.isSafeInteger(value) && value >= least,
      expected: `a whole number from ${least} up`,
    });
  }
  numberOption(method, 'validationSplit', values.validationSplit, 0, {
    holds: (value) => value >= 0 && value < 1,
    expected: 'a number from 0 up to but without 1',
  });
  for (const name of ['shuffle', 'returnDict']) booleanOption(method, name, values[name], false);
  checkCacheFeatures(values.cacheFeatures);
  const { verbose = 'auto', validationFreq = 1 } = values;
  if (!['auto', 0, 1, 2].includes(verbose as Verbose)) {
    throw new ValueError(`${method}: verbose must be 'auto', 0, 1 or 2, received ${describeValue(verbose)}.`);
  }
  const freq: unknown[] = Array.isArray(validationFreq) ? validationFreq : [validationFreq];
  if (!freq.every((value) => Number.isSafeInteger(value) && (value as number) > 0)) {
    throw new ValueError(
      `${method}: validationFreq must be a whole number from 1 up or a list of epochs, received ${describeValue(validationFreq)}.`,
    );
  }
}

function checkCacheFeatures(given: unknown): void {
  if (typeof given === 'boolean' || given === undefined) return;
  const who = 'fit: cacheFeatures';
  if (typeof given !== 'object' || given === null) {
    throw new ValueError(
      `${who} must be true, false or a record of options, received ${describeValue(given)}.`,
    );
  }
  checkOptionNames(who, given, ['maxMegabytes']);
  numberOption(who, 'maxMegabytes', (given as CacheFeaturesOptions).maxMegabytes, 1, POSITIVE);
}

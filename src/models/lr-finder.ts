/** @file lrFinder: how the loss goes with a growing learning rate (Smith 2017, arXiv 1506.01186; as in fastai). */

import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue, numberOption } from '../base/options.ts';
import { Dataset } from '../data/dataset.ts';
import type { Model } from './model.ts';
import { type SuggestedRates, suggestedRates } from './suggested-rates.ts';
import type { ArrayInput, DataInput, DatasetLike } from './training/data-types.ts';
import { isDataset } from './training/data-types.ts';
import type { ClassWeight, FitOptions } from './training/run-options.ts';

/** Options of `lrFinder`. */
export interface LrFinderOptions {
  /** The first rate. Default 1e-7. */
  readonly minLearningRate?: number;
  /** The rate of the last step. Default 10. */
  readonly maxLearningRate?: number;
  /** Training steps, each on the next batch and with a rate larger by the same factor. Default 100. */
  readonly steps?: number;
  /** The test ends when the smoothed loss is so many times its best. Default 4. */
  readonly stopAt?: number;
  /** How much the loss is smoothed: the factor of the moving average, from 0 (not at all) to below 1. Default 0.98. */
  readonly smoothing?: number;
  /** Samples in a batch of arrays. Default 32. */
  readonly batchSize?: number;
  /** A weight for each class' losses. */
  readonly classWeight?: ClassWeight;
}

/** What `lrFinder` found: one entry for each step that was done. */
export interface FoundLearningRates {
  readonly learningRates: readonly number[];
  /** The loss of each step's batch, before the step. */
  readonly losses: readonly number[];
  readonly smoothedLosses: readonly number[];
  /** The rate to train with: `suggestions.valley`. */
  readonly suggestion: number;
  readonly suggestions: SuggestedRates;
}

type Arrays = readonly [DataInput, DataInput] | readonly [DataInput, DataInput, ArrayInput];

const OPTIONS: readonly (keyof LrFinderOptions)[] = [
  ...(['minLearningRate', 'maxLearningRate', 'steps', 'stopAt', 'smoothing'] as const),
  ...(['batchSize', 'classWeight'] as const),
];
const ABOVE_0 = { holds: (value: number) => value > 0, expected: 'a number above 0' };
const MANY = {
  holds: (value: number) => Number.isSafeInteger(value) && value >= 2,
  expected: 'a whole number from 2 up',
};
const ABOVE_1 = { holds: (value: number) => value > 1, expected: 'a number above 1' };
const FACTOR = {
  holds: (value: number) => value >= 0 && value < 1,
  expected: 'a number from 0 to below 1',
};

/**
 * Trains for some steps with a rate that grows from one to the next, and says with which rate the loss falls best:
 * `const { suggestion } = await lrFinder(net, [x, y])`. `charts.lrCurve` draws the result. The model is then as it was
 * before: weights, the optimizer's numbers, random numbers.
 *
 * @param data `[x, y]`, `[x, y, sampleWeight]`, or a dataset. A `Dataset` then begins the pass that it would have begun, if it has
 *   a seed or has begun passes before; iterables of other kinds are asked for passes.
 * @throws ValueError for bad options, a model that is not compiled or has no weights yet, an optimizer with a schedule, and
 *   a generator, of which the batches would be lost; and as `fit` does for bad data.
 */
export async function lrFinder(
  model: Model,
  data: Arrays | DatasetLike,
  options: LrFinderOptions = {},
): Promise<FoundLearningRates> {
  const settings = readSettings(options);
  const { rates } = settings;
  if (model.optimizer === null) throw new ValueError('You must call `compile()` before using the model.');
  return model.trial(async () => {
    const passes = data instanceof Dataset ? data.getState() : null;
    const found = new LossCurve(settings);
    const { batchSize, classWeight } = options;
    try {
      await fitOn(model, data, {
        ...{ epochs: rates.length, stepsPerEpoch: 1, verbose: 0 },
        ...(isDataset(data) && batchSize === undefined ? {} : { batchSize: batchSize ?? 32 }),
        ...(classWeight === undefined ? {} : { classWeight }),
        callbacks: {
          onEpochBegin: (step) => {
            model.optimizer!.learningRate = rates[step]!;
          },
          onTrainBatchEnd: (_batch, { loss }) => {
            if (!found.goesOn(loss!)) model.stopTraining = true;
          },
        },
      });
    } finally {
      if (data instanceof Dataset) data.setState(passes!);
    }
    return found.result();
  });
}

interface Settings {
  readonly rates: readonly number[];
  readonly stopAt: number;
  readonly smoothing: number;
}

function readSettings(options: LrFinderOptions): Settings {
  checkOptionNames('lrFinder', options, OPTIONS);
  const option = (
    name: 'minLearningRate' | 'maxLearningRate' | 'steps' | 'stopAt' | 'smoothing',
    fallback: number,
    check: typeof ABOVE_0,
  ) => numberOption('lrFinder', name, options[name], fallback, check);
  const least = option('minLearningRate', 1e-7, ABOVE_0);
  const most = option('maxLearningRate', 10, ABOVE_0);
  if (most <= least) {
    throw new ValueError(
      `lrFinder: maxLearningRate must be larger than minLearningRate, received ${most} and ${least}.`,
    );
  }
  const steps = option('steps', 100, MANY);
  const rates = Array.from({ length: steps }, (_, i) => least * (most / least) ** (i / (steps - 1)));
  return { rates, stopAt: option('stopAt', 4, ABOVE_1), smoothing: option('smoothing', 0.98, FACTOR) };
}

function fitOn(model: Model, data: Arrays | DatasetLike, options: FitOptions): Promise<unknown> {
  if (isDataset(data)) {
    if ('next' in data) {
      throw new ValueError(
        'lrFinder: a generator would lose the batches that the test takes. Give it a generator of its own wrapped in ' +
          '{ [Symbol.asyncIterator]: () => … }, a dataset, or arrays.',
      );
    }
    return model.fit(data, options);
  }
  if (!Array.isArray(data) || data.length < 2 || data.length > 3) {
    throw new ValueError(
      `lrFinder: data must be [x, y], [x, y, sampleWeight] or a dataset, received ${describeValue(data)}.`,
    );
  }
  const [x, y, sampleWeight] = data as Arrays;
  return model.fit(x, y, sampleWeight === undefined ? options : { ...options, sampleWeight });
}

/** The losses so far, and when they have seen enough. */
class LossCurve {
  readonly #settings: Settings;
  readonly #losses: number[] = [];
  readonly #smoothed: number[] = [];
  #mean = 0;
  #best = Number.POSITIVE_INFINITY;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Adds a loss; false when it has become too large, or is no number. */
  goesOn(loss: number): boolean {
    if (!Number.isFinite(loss)) return false;
    const { stopAt, smoothing } = this.#settings;
    this.#losses.push(loss);
    // The mean starts at 0; dividing takes that out again.
    this.#mean = smoothing * this.#mean + (1 - smoothing) * loss;
    const smoothed = this.#mean / (1 - smoothing ** this.#losses.length);
    this.#smoothed.push(smoothed);
    this.#best = Math.min(this.#best, smoothed);
    return smoothed <= this.#best + (stopAt - 1) * Math.abs(this.#best);
  }

  /** Throws ValueError when not even the first loss was a number. */
  result(): FoundLearningRates {
    const learningRates = this.#settings.rates.slice(0, this.#losses.length);
    if (learningRates.length === 0) {
      throw new ValueError(
        'lrFinder: the loss is not finite from the first step on, so there is nothing to be found.',
      );
    }
    const suggestions = suggestedRates(learningRates, this.#smoothed);
    return {
      learningRates,
      losses: this.#losses,
      smoothedLosses: this.#smoothed,
      suggestion: suggestions.valley,
      suggestions,
    };
  }
}

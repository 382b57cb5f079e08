/** @file `cacheFeatures`: sources of the frozen front's values in the place of those of the samples. */

import type { BatchSource, DataNames } from './batch-source.ts';
import { isDataset } from './data-types.ts';
import { FeatureProgress } from './feature-progress.ts';
import { FeatureSource } from './feature-source.ts';
import { checkFront, frontShapes, testsSameFront } from './frozen-front.ts';
import type { FitOptions } from './run-options.ts';
import type { FitSources } from './run-sources.ts';
import type { Runners } from './runners.ts';
import type { StepMode, StepPart } from './step-graph.ts';
import type { StepRunner } from './step-runner.ts';
import type { TrainedModel } from './trained-model.ts';

/** Megabytes that features may take unless `cacheFeatures` says otherwise. */
const MAX_MEGABYTES = 2048;

/** What `fit` reads from, and the part of the step that reads it. */
export interface PartSources extends FitSources {
  readonly part: StepPart;
}

type FrontMode = Exclude<StepMode, 'predict'>;

/** What is needed to compute features. */
export interface FeatureContext {
  readonly model: TrainedModel;
  readonly runners: Runners;
  readonly names: DataNames;
  /** Does its work while the layers train that do in this model. */
  readonly asCompiled: <T>(work: () => T) => T;
}

/** The sources as they are, or with `cacheFeatures` those of the features. Throws as `checkFront` does. */
export function featureSources(
  { model, runners, names, asCompiled }: FeatureContext,
  x: unknown,
  sources: FitSources,
  options: FitOptions,
): PartSources {
  const { cacheFeatures = false } = options;
  if (cacheFeatures === false) return { ...sources, part: 'whole' };
  const variables = asCompiled(() => checkFront(model));
  const { maxMegabytes = MAX_MEGABYTES } = cacheFeatures === true ? {} : cacheFeatures;
  const progress = new FeatureProgress(model, options);
  const runnerFor = (mode: FrontMode, { batchSize }: BatchSource) =>
    runners.make(mode, names, batchSize, { part: 'front' });
  const make = (mode: FrontMode, name: string, source: BatchSource, data: unknown, runner: StepRunner) => {
    const shapes = asCompiled(() => frontShapes(model, mode === 'train'));
    const dataset = isDataset(data) ? data : null;
    return new FeatureSource({
      ...{ name, source, dataset, runner, shapes, variables, maxMegabytes, progress },
      stops: () => model.stopTraining,
    });
  };
  const { source, validation } = sources;
  const runner = runnerFor('train', source);
  const makeTested = (from: BatchSource) => {
    // One step for both is compiled once.
    const own = asCompiled(() => testsSameFront(model)) ? runner : runnerFor('test', from);
    return make('test', 'validation data', from, options.validationData, own);
  };
  const tested = validation === null ? null : makeTested(validation);
  const trained = make('train', 'training data', source, x, runner);
  return { source: trained.batches(tested), validation: tested?.batches() ?? null, part: 'rest' };
}

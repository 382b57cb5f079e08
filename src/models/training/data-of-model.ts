/** @file How data meets a model: the names of inputs and targets, and building a model that is open still for its data. */

import { Dataset } from '../../data/dataset.ts';
import { type DataNames, readData } from './batch-source.ts';
import type { Compiled } from './compile-options.ts';
import { buildForData } from './data-checks.ts';
import { isDataset } from './data-types.ts';
import { targetPlaces } from './step-graph.ts';
import type { TrainedModel } from './trained-model.ts';

/** The names of inputs and targets; a model that is open still is built for `x`, when that is an array. */
export function namesForData(model: TrainedModel, x: unknown, compiled: Compiled | null): DataNames {
  if (model.graph === null && !isDataset(x) && x !== undefined && x !== null) {
    model.withInputsOf(x, () => {
      const names = { inputs: model.inputNames, outputs: [], targets: [] };
      buildForData(model, readData('build', names, x, undefined, undefined).x);
    });
  } else if (!isDataset(x)) model.withInputsOf(x, () => {});
  const targets = compiled === null ? [] : targetPlaces(model, compiled);
  return { inputs: model.inputNames, outputs: model.outputNames, targets };
}

/** Builds a model of a user's own class, which may have several inputs and outputs, for a dataset's first batch. */
export async function buildForDataset(model: TrainedModel, x: unknown): Promise<void> {
  if (model.graph !== null || model.isGraph || !(x instanceof Dataset)) return;
  const state = x.getState();
  try {
    for await (const batch of x) {
      namesForData(model, Array.isArray(batch) ? batch[0] : batch, null);
      break;
    }
  } finally {
    x.setState(state);
  }
}

/** @file What callbacks ask of a model, of one that does nothing. */

import type { CallbackModel } from '../../src/callbacks/callback.ts';

/** A model without weights, except for what `own` gives. */
export function idleModel(own: Partial<CallbackModel> = {}): CallbackModel {
  return {
    name: 'model',
    className: 'Sequential',
    layers: [],
    toJson: () => '{}',
    stopTraining: false,
    metricDirections: new Map(),
    optimizer: null,
    getWeights: () => [],
    setWeights: () => {},
    trainingState: () => null,
    restoreTrainingState: () => {},
    save: async () => {},
    saveWeights: async () => {},
    ...own,
  };
}

/** @file A model's call in a step that is being built. */

import type { Node } from '../../graph/node.ts';
import type { Variable } from '../../graph/variable.ts';
import { StepContext, type StepScalar } from '../../layers/step-context.ts';
import { type FeedType, placeholder } from '../../ops/leaf.ts';
import type { VariableUpdate } from '../../optimizers/transform.ts';
import type { TrainedModel } from './trained-model.ts';

/** What a model's call adds to a step. */
export interface TracedModel {
  /** What is fed: the model's inputs, or values that were computed from them before. */
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
  readonly seeds: readonly StepScalar[];
  /** Prices of layers, scalars. */
  readonly losses: readonly Node[];
  /** New values of variables that layers change. */
  readonly updates: readonly VariableUpdate[];
}

/** Calls the model on placeholders. `inputTypes`: for each input, as what its numbers are fed. */
export function traceModel(
  model: TrainedModel,
  training: boolean,
  inputTypes: readonly FeedType[] = model.inputs.map(() => 'float32'),
): TracedModel {
  const context = new StepContext(training);
  const inputs = model.inputs.map(({ shape, name }, i) =>
    placeholder({ shape, name, dtype: inputTypes[i]! }),
  );
  const outputs = model.trace(inputs, context);
  const updates = [...context.updates].map(([variable, value]) => ({ variable, value }));
  return { inputs, outputs, updates, seeds: context.seeds, losses: context.losses };
}

/** The variables that training changes, by gradients or as statistics. */
export function changedVariables(model: TrainedModel): ReadonlySet<Variable> {
  const { updates } = traceModel(model, true);
  return new Set([...model.trainableWeights, ...updates.map(({ variable }) => variable)]);
}

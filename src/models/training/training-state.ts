/**
 * @file TrainingState: everything that training needs to go on, as one value; taking it from a model and putting it
 * back.
 */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import type { RandomStreamsState } from '../../base/random-streams.ts';
import { formatShape } from '../../base/shape.ts';
import type { StateValue } from '../../base/state-value.ts';
import type { CallbackStates } from '../../callbacks/callback-list.ts';
import { isRecord } from '../structure.ts';
import type { PassState } from './batch-stream.ts';
import type { Compiled } from './compile-options.ts';
import type { TotalsState } from './totals.ts';
import type { TrainedModel } from './trained-model.ts';

/** The numbers of one variable. */
export type SavedVariable = {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
};

/** The place of a `fit` that is under way. */
export type RunState = {
  /** The epoch to go on with, and the batch of it, from 0. */
  readonly epoch: number;
  readonly batch: number;
  readonly stopTraining: boolean;
  /** The last epoch's losses and metrics. */
  readonly logs: { readonly [name: string]: number };
  /** The losses and metrics of the epoch under way. */
  readonly totals: TotalsState;
  /** Whether larger or smaller losses and metrics are better, where that is known. */
  readonly directions: readonly (readonly [name: string, direction: 'up' | 'down'])[];
  /** The pass over the data that is under way; null between passes. */
  readonly pass: PassState | null;
  /** The same for validation data that can be iterated only once. */
  readonly validationPass: PassState | null;
  readonly callbacks: CallbackStates;
};

/**
 * Everything that training needs to go on: plain values and typed arrays, which `structuredClone` and `postMessage`
 * copy exactly. It must be kept and given back as a whole.
 */
export type TrainingState = {
  readonly version: 1;
  /** In the order of `model.weights`. */
  readonly weights: readonly SavedVariable[];
  /** The iteration, the learning rate and the slots, in the order of `optimizer.variables`; null when not compiled. */
  readonly optimizer: { readonly name: string; readonly variables: readonly SavedVariable[] } | null;
  /** The position of each random stream, by name. */
  readonly random: RandomStreamsState;
  /** The `fit` that was under way; null outside of `fit`. */
  readonly run: RunState | null;
};

/** The weights and the optimizer of a model. Throws ValueError for a model without weights yet. */
export function modelState(
  model: TrainedModel,
  compiled: Compiled | null,
): Pick<TrainingState, 'version' | 'weights' | 'optimizer'> {
  requireBuilt(model);
  const weights = model.weights.map((variable) => ({
    name: variable.name,
    shape: [...variable.shape],
    values: variable.view().slice(),
  }));
  if (compiled === null) return { version: 1, weights, optimizer: null };
  const { optimizer } = compiled;
  if (!optimizer.built) optimizer.build(model.trainableWeights);
  const variables = optimizer.variables.map((variable) => ({
    name: variable.name,
    shape: [...variable.shape],
    values: variable.read(),
  }));
  return { version: 1, weights, optimizer: { name: optimizer.className, variables } };
}

/** Puts weights and the optimizer's numbers back. Throws ValueError, with nothing changed, when they do not fit. */
export function restoreModel(model: TrainedModel, compiled: Compiled | null, state: TrainingState): void {
  requireBuilt(model);
  const weights = model.weights.map((variable) => ({
    name: variable.name,
    shape: variable.shape,
    write: (values: ArrayLike<number>) => variable.assign(values),
  }));
  checkFit(`weights of '${model.name}'`, weights, state.weights);
  if (state.optimizer !== null) {
    if (compiled === null) {
      throw new ValueError('The training state has an optimizer: call `compile()` before it is restored.');
    }
    const { optimizer } = compiled;
    if (optimizer.className !== state.optimizer.name) {
      throw new ValueError(
        `The training state is of the optimizer ${state.optimizer.name}, but '${model.name}' was compiled with ` +
          `${optimizer.className}. Compile with the same optimizer.`,
      );
    }
    if (!optimizer.built) optimizer.build(model.trainableWeights);
    checkFit(`state of the optimizer '${optimizer.name}'`, optimizer.variables, state.optimizer.variables);
    writeAll(optimizer.variables, state.optimizer.variables);
  }
  writeAll(weights, state.weights);
}

/** Throws ValueError unless the value is a training state of this version. */
export function checkTrainingState(value: StateValue): TrainingState {
  const isState =
    isRecord(value) && ['version', 'weights', 'optimizer', 'random', 'run'].every((key) => key in value);
  if (!isState) {
    throw new ValueError(
      `restoreTrainingState takes what trainingState() gave, received ${describeValue(value)}.`,
    );
  }
  const state = value as TrainingState;
  if (state.version === 1) return state;
  throw new ValueError(
    `The training state has version ${describeValue(state.version)}; this version of Fovea restores version 1 only. Go on ` +
      'with the version that made it.',
  );
}

function requireBuilt(model: TrainedModel): void {
  if (model.graph !== null) return;
  throw new ValueError(
    `'${model.name}' has no weights yet, so it has no training state. Call build([null, ...sample shape]) or give its first ` +
      'layer an inputShape.',
  );
}

interface Target {
  readonly name: string;
  readonly shape: readonly number[];
  write(values: ArrayLike<number>): void;
}

function checkFit(what: string, targets: readonly Target[], saved: readonly SavedVariable[]): void {
  if (targets.length !== saved.length) {
    throw new ValueError(
      `The training state has ${saved.length} arrays for the ${what}, which has ${targets.length}. Restore it into the model ` +
        'it was taken of, with the same layers trainable.',
    );
  }
  targets.forEach(({ name, shape }, i) => {
    const other = saved[i]!;
    if (formatShape(shape) === formatShape(other.shape)) return;
    throw new ValueError(
      `The training state does not fit the ${what}: '${name}' has shape ${formatShape(shape)}, the array in its place, ` +
        `'${other.name}', ${formatShape(other.shape)}.`,
    );
  });
}

function writeAll(targets: readonly Target[], saved: readonly SavedVariable[]): void {
  targets.forEach((target, i) => {
    target.write(saved[i]!.values);
  });
}

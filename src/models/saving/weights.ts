/** @file A model's weights and optimizer state, to and from weights files. */

import { FormatError, ValueError } from '../../base/errors.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import type { ArrayToWrite } from '../../formats/legacy-h5-writer.ts';
import {
  type StoredArray,
  type WeightGroup,
  type WeightsFile,
  writeWeights,
} from '../../formats/weights-file.ts';
import type { Layer } from '../../layers/layer.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { Assignments, targetsOf } from './assignments.ts';
import { savedLayers } from './saved-layers.ts';

const OPTIMIZER = 'optimizer';
/** The state of an optimizer that Keras gave scaled losses, as it does for mixed_float16. The group above it has the scale. */
const SCALED = `${OPTIMIZER}/inner_optimizer`;

/** Throws ValueError before the weights exist. */
export function checkBuilt(model: Layer, doing: string): void {
  if (model.built) return;
  throw new ValueError(
    `You are ${doing} a model that has not yet been built. ` +
      `Give '${model.name}' an input shape, call build([null, ...sample shape]), or call it on some data first.`,
  );
}

/** The bytes of `model`'s weights file, with the optimizer's state unless `optimizer` is null. */
export function weightsToBytes(model: Layer, optimizer: Optimizer | null): Uint8Array {
  const groups = savedLayers(model).map(({ path, layer }): WeightGroup => {
    const weights = layer.ownWeights;
    const arrays = weights.map((weight) => ({ shape: weight.shape, data: weight.view() }));
    return { path, name: layer.name, arrays };
  });
  if (optimizer !== null) groups.push(optimizerGroup(optimizer));
  return writeWeights(groups);
}

function optimizerGroup(optimizer: Optimizer): WeightGroup {
  return { path: OPTIMIZER, name: optimizer.name, arrays: optimizerArrays(optimizer) };
}

/** The optimizer's state in the form for files. */
export function optimizerArrays(optimizer: Optimizer): readonly ArrayToWrite[] {
  return optimizer.variables.map(({ name, shape, dtype, read }) => {
    const values = read();
    const data = dtype === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    return { name, shape, data };
  });
}

/** How `loadWeights()` puts a file's arrays into a model. */
export interface WeightsOptions {
  /** Layers take the arrays of the layer of the same name, and layers without one keep theirs. */
  readonly byName: boolean;
  /** What does not fit is left out with a warning, instead of being an error. */
  readonly skipMismatch: boolean;
}

/**
 * Reads `file` into `model`, and into `optimizer` unless it is null. Everything is checked and read before the first
 * number changes. Throws FormatError, naming the layer and both shapes, when the file is of another model, and ValueError
 * for `byName`, which needs a file with names. With `skipMismatch` a layer takes all of its arrays or none.
 */
export function loadWeightsFile(
  file: WeightsFile,
  model: Layer,
  optimizer: Optimizer | null,
  options: WeightsOptions | null,
  what: string,
): void {
  checkByOrder(options, what);
  const { skipMismatch = false } = options ?? {};
  const found = savedLayers(model);
  const assignments = new Assignments(what, skipMismatch);
  for (const { path, layer } of found) {
    const owner = `layer '${layer.name}' (${layer.className})`;
    assignments.fill(file.arrays(path) ?? [], targetsOf(layer.ownWeights), owner, `${what}, '${path}'`);
  }
  if (!skipMismatch) checkNothingLeft(file, new Set(found.map(({ path }) => path)), what);
  if (optimizer !== null) {
    optimizer.build(model.trainableWeights);
    fillOptimizer(assignments, file.arrays(SCALED) ?? file.arrays(OPTIMIZER), optimizer, what);
  }
  assignments.apply();
}

/** Throws ValueError when layers are to be found by name, for files of a format without names. */
export function checkByOrder(options: WeightsOptions | null, what: string): void {
  if (!options?.byName) return;
  throw new ValueError(
    `${what}: byName works with legacy .h5, TensorFlow.js and safetensors files alone, which have the layers' names. ` +
      'Leave it out: the layers of this file are found by their order.',
  );
}

/** Fills the optimizer. The state of another optimizer is ignored with a warning, as in Keras. */
export function fillOptimizer(
  assignments: Assignments,
  stored: readonly StoredArray[] | null,
  optimizer: Optimizer,
  what: string,
): void {
  if (stored === null) return;
  const { counters, variables } = optimizer;
  // An optimizer that was saved before the first step has only its counters.
  const targets = stored.length === counters.length ? counters : variables;
  const misfit =
    stored.length === targets.length
      ? targets.findIndex(({ shape }, i) => !sameShape(shape, stored[i]!.shape))
      : targets.length;
  if (misfit >= 0) {
    const reason =
      misfit < targets.length
        ? `its variable ${misfit} is of shape ${formatShape(targets[misfit]!.shape)} whereas the saved one is of ` +
          `shape ${formatShape(stored[misfit]!.shape)}`
        : `it has ${targets.length} variables whereas the saved optimizer has ${stored.length} variables`;
    console.warn(
      `${what}: Skipping variable loading for optimizer '${optimizer.name}', because ${reason}. The layers' weights are ` +
        'loaded; training goes on with an optimizer that starts afresh.',
    );
    return;
  }
  assignments.fill(stored, targets, `the optimizer '${optimizer.name}'`, `${what}, '${OPTIMIZER}'`);
}

/** Random generators' seeds that early Keras 3 kept; Fovea's generators have no such state. */
const SEEDS = /\/seed_generator$/;

function checkNothingLeft(file: WeightsFile, known: ReadonlySet<string>, what: string): void {
  const left = file
    .paths()
    .find((path) => !known.has(path) && path !== OPTIMIZER && path !== SCALED && !SEEDS.test(path));
  if (left === undefined) return;
  throw new FormatError(
    `${what} has weights at '${left}' that the model has no layer for. The file belongs to another model.`,
  );
}

/** @file A model's weights and optimizer state, to and from weights files. */

import { FormatError, ValueError } from '../../base/errors.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import {
  type StoredArray,
  type WeightGroup,
  type WeightsFile,
  writeWeights,
} from '../../formats/weights-file.ts';
import type { Layer } from '../../layers/layer.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { savedLayers } from './saved-layers.ts';

const OPTIMIZER = 'optimizer';

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
  const arrays = optimizer.variables.map(({ shape, dtype, read }) => {
    const values = read();
    const data = dtype === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    return { shape, data };
  });
  return { path: OPTIMIZER, name: optimizer.name, arrays };
}

/** Something that takes numbers of a shape. */
interface Target {
  readonly name: string;
  readonly shape: readonly number[];
  /** Throws ValueError for numbers that it cannot hold. */
  check?(values: ArrayLike<number>): void;
  write(values: ArrayLike<number>): void;
}

/**
 * Reads `file` into `model`, and into `optimizer` unless it is null. Everything is checked and read before the first
 * number changes. Throws FormatError, naming the layer and both shapes, when the file is of another model.
 */
export function loadWeightsFile(
  file: WeightsFile,
  model: Layer,
  optimizer: Optimizer | null,
  what: string,
): void {
  const found = savedLayers(model);
  const writes = found.flatMap(({ path, layer }) => {
    const targets = layer.ownWeights.map(
      (w): Target => ({ name: w.name, shape: w.shape, write: (values) => w.assign(values) }),
    );
    const owner = `layer '${layer.name}' (${layer.className})`;
    return readGroup(file.arrays(path) ?? [], targets, owner, `${what}, '${path}'`);
  });
  checkNothingLeft(file, new Set(found.map(({ path }) => path)), what);
  if (optimizer !== null) {
    optimizer.build(model.trainableWeights);
    writes.push(...readOptimizer(file, optimizer, what));
  }
  for (const write of writes) write();
}

/** The optimizer's assignments. The state of another optimizer is ignored with a warning, as in Keras. */
function readOptimizer(file: WeightsFile, optimizer: Optimizer, what: string): (() => void)[] {
  const stored = file.arrays(OPTIMIZER);
  if (stored === null) return [];
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
    return [];
  }
  return readGroup(stored, targets, `the optimizer '${optimizer.name}'`, `${what}, '${OPTIMIZER}'`);
}

/** The assignments that fill `targets`. Throws FormatError when counts or shapes differ. */
function readGroup(
  stored: readonly StoredArray[],
  targets: readonly Target[],
  owner: string,
  where: string,
): (() => void)[] {
  if (stored.length !== targets.length) {
    const shapes = (list: readonly { shape: readonly number[] }[]) =>
      list.map(({ shape }) => formatShape(shape)).join(', ');
    throw new FormatError(
      `${where}: ${owner} expects ${targets.length} arrays (${shapes(targets)}), the file has ${stored.length} ` +
        `(${shapes(stored)}). The file belongs to another model.`,
    );
  }
  return targets.map((target, index) => {
    const { shape, read } = stored[index]!;
    if (!sameShape(shape, target.shape)) {
      throw new FormatError(
        `${where}: array ${index} of ${owner} does not fit '${target.name}': expected shape ${formatShape(target.shape)}, ` +
          `found ${formatShape(shape)}. The file belongs to another model.`,
      );
    }
    const values = read();
    checkValues(target, values, where);
    return () => target.write(values);
  });
}

function checkValues(target: Target, values: ArrayLike<number>, where: string): void {
  try {
    target.check?.(values);
  } catch (error) {
    throw error instanceof ValueError ? new FormatError(`${where}: ${error.message}`) : error;
  }
}

/** Random generators' seeds that early Keras 3 kept; Fovea's generators have no such state. */
const SEEDS = /\/seed_generator$/;

function checkNothingLeft(file: WeightsFile, known: ReadonlySet<string>, what: string): void {
  const left = file.paths().find((path) => !known.has(path) && path !== OPTIMIZER && !SEEDS.test(path));
  if (left === undefined) return;
  throw new FormatError(
    `${what} has weights at '${left}' that the model has no layer for. The file belongs to another model.`,
  );
}

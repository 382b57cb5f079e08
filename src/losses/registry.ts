/** @file Losses by name, from Keras' files, or chosen by the shapes of labels and predictions. */

import type { ConfigValue } from '../base/config.ts';
import { canonicalName, toSnakeCase } from '../base/names.ts';
import type { Shape } from '../base/shape.ts';
import { customFunction, functionNameOf, functionObject } from '../options/custom-objects.ts';
import type { Identifier } from '../options/objects.ts';
import { Registry } from '../options/registry.ts';
import type { Spelled } from '../options/spelling.ts';
import { FunctionLoss, type LossFunction } from './function-loss.ts';
import * as list from './index.ts';
import { Loss, requireReduction } from './loss.ts';
import { taskOf } from './task.ts';

/** Keras' short names, which metrics have too. */
export const LOSS_ALIASES = {
  bce: 'binaryCrossentropy',
  kld: 'klDivergence',
  mae: 'meanAbsoluteError',
  mape: 'meanAbsolutePercentageError',
  mse: 'meanSquaredError',
  msle: 'meanSquaredLogarithmicError',
} as const;

/** True for a short name in any spelling: `mse`, `MSE`. */
export function isShortName(name: string): boolean {
  return Object.hasOwn(LOSS_ALIASES, canonicalName(name));
}

/** 'crossentropy' and 'ce' become the one that fits the shapes. */
const BY_TASK = {
  binary: 'binaryCrossentropy',
  sparse: 'sparseCategoricalCrossentropy',
  categorical: 'categoricalCrossentropy',
} as const;

function isTaskName(name: string): boolean {
  return ['crossentropy', 'ce'].includes(canonicalName(name));
}

/** All losses. */
export const LOSSES = new Registry<Loss>({
  kind: 'loss',
  base: Loss,
  module: 'keras.losses',
  example: "Give a name such as 'categoricalCrossentropy' or a loss such as losses.meanSquaredError().",
  list,
  aliases: LOSS_ALIASES,
  listed: [...Object.keys(LOSS_ALIASES), 'crossentropy'],
  // One compares all samples of a batch with each other, the other is for sequences of symbols.
  absent: ['Circle', 'CTC'],
});

/** A name of a loss. */
export type LossName = Spelled<keyof typeof list | keyof typeof LOSS_ALIASES | 'crossentropy' | 'ce'>;

/** What `compile`'s `loss` takes: a name, a loss, a function, or an object of a Keras file. */
export type LossIdentifier = Identifier<Loss, LossName> | LossFunction;

/** Makes the loss once the shapes of labels and predictions, batch included, are known. */
export type LossResolver = (target: Shape, output: Shape) => Loss;

/** Throws ValueError, with the nearest name, for a loss that does not exist, and for one without a reduction. */
export function lossResolver(identifier: LossIdentifier): LossResolver {
  if (typeof identifier === 'string' && isTaskName(identifier)) {
    return (target, output) => LOSSES.create(BY_TASK[taskOf(target, output)]);
  }
  const loss = getLoss(identifier);
  requireReduction(loss);
  return () => loss;
}

/** The name of the function that an identifier of a user or of a Keras file names; null for other identifiers. */
export function functionName(identifier: unknown): string | null {
  return typeof identifier === 'string' ? identifier : functionNameOf(identifier);
}

/** The loss that `identifier` is or names; 'crossentropy' and 'ce' need `lossResolver`. Throws ValueError for others. */
export function getLoss(identifier: LossIdentifier): Loss {
  if (typeof identifier === 'function') return new FunctionLoss(identifier);
  const name = functionName(identifier);
  if (name === null) return LOSSES.resolve(identifier);
  const own = customFunction(name) as LossFunction | undefined;
  return own === undefined ? LOSSES.create(name) : new FunctionLoss(own);
}

/** What Keras files have for a loss: the name as Keras spells it, or an object. Throws UnsupportedError for a function without a name. */
export function serializeLoss(identifier: LossIdentifier): ConfigValue {
  if (typeof identifier === 'string') {
    if (isTaskName(identifier) || isShortName(identifier)) return canonicalName(identifier);
    const loss = getLoss(identifier);
    return loss instanceof FunctionLoss ? identifier : toSnakeCase(loss.className);
  }
  const loss = getLoss(identifier);
  return loss instanceof FunctionLoss
    ? functionObject(loss.function, 'a loss', (name) => LOSSES.hasOwn(name))
    : LOSSES.serialize(loss);
}

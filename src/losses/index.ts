/** @file Losses: factories, and finding one by name, from a Keras file, or by the shapes at hand. */

import { type Config, type ConfigValue, kerasObject } from '../base/config.ts';
import { UnsupportedError } from '../base/errors.ts';
import { canonicalName, toSnakeCase } from '../base/names.ts';
import { Registry } from '../base/registry.ts';
import type { Shape } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  type CrossentropyOptions,
  type SmoothedCrossentropyOptions,
  SparseCategoricalCrossentropy,
} from './crossentropy.ts';
import { Loss, type LossOptions } from './loss.ts';
import { MeanAbsoluteError, MeanSquaredError } from './regression.ts';
import { isShortName, SHORT_NAMES } from './short-names.ts';
import { taskOf } from './task.ts';

/** For one-hot labels. */
export const categoricalCrossentropy = (options?: SmoothedCrossentropyOptions): Loss =>
  new CategoricalCrossentropy(options);
/** For class numbers. */
export const sparseCategoricalCrossentropy = (options?: CrossentropyOptions): Loss =>
  new SparseCategoricalCrossentropy(options);
/** For labels 0 and 1. */
export const binaryCrossentropy = (options?: SmoothedCrossentropyOptions): Loss =>
  new BinaryCrossentropy(options);
/** For numbers. */
export const meanSquaredError = (options?: LossOptions): Loss => new MeanSquaredError(options);
/** For numbers, less shaken by outliers. */
export const meanAbsoluteError = (options?: LossOptions): Loss => new MeanAbsoluteError(options);

/** A loss of one's own: one value per prediction from labels and predictions, composed of ops. */
export type LossFunction = (yTrue: Node, yPred: Node) => Node;

/** What `compile`'s `loss` takes: a name, a loss, a function, or an object of a Keras file. */
export type LossIdentifier = string | Loss | LossFunction | Config;

/** Makes the loss once the shapes of labels and predictions, batch included, are known. */
export type LossResolver = (target: Shape, output: Shape) => Loss;

const LOSSES = new Registry<Loss>({
  kind: 'loss',
  example: "Give a name such as 'categoricalCrossentropy' or a loss such as losses.meanSquaredError().",
  factories: {
    categoricalCrossentropy,
    sparseCategoricalCrossentropy,
    binaryCrossentropy,
    meanSquaredError,
    meanAbsoluteError,
  },
  aliases: SHORT_NAMES,
  listed: [...Object.keys(SHORT_NAMES), 'crossentropy'],
});

/** 'crossentropy' becomes the one that fits the shapes. */
const BY_TASK = {
  binary: 'binaryCrossentropy',
  sparse: 'sparseCategoricalCrossentropy',
  categorical: 'categoricalCrossentropy',
} as const;

function isTaskName(name: string): boolean {
  return ['crossentropy', 'ce'].includes(canonicalName(name));
}

/** Throws ValueError, with the nearest name, for a loss that does not exist. */
export function lossResolver(identifier: LossIdentifier): LossResolver {
  if (typeof identifier === 'string' && isTaskName(identifier)) {
    return (target, output) => LOSSES.create(BY_TASK[taskOf(target, output)]);
  }
  const loss = getLoss(identifier);
  return () => loss;
}

/** The loss that `identifier` is or names; 'crossentropy' and 'ce' need `lossResolver`. Throws ValueError for others. */
export function getLoss(identifier: LossIdentifier): Loss {
  if (identifier instanceof Loss) return identifier;
  if (typeof identifier === 'function') return new FunctionLoss(identifier);
  return LOSSES.resolve(identifier);
}

/**
 * What Keras files have for a loss: the name as Keras spells it, or an object. Throws UnsupportedError for a function,
 * which a file cannot hold.
 */
export function serializeLoss(identifier: LossIdentifier): ConfigValue {
  if (typeof identifier === 'string') {
    if (isTaskName(identifier) || isShortName(identifier)) return canonicalName(identifier);
    return toSnakeCase(getLoss(identifier).className);
  }
  const loss = getLoss(identifier);
  if (loss instanceof FunctionLoss) {
    throw new UnsupportedError(
      `The loss '${loss.name}' is a function of your own and cannot be written to a file.`,
    );
  }
  return kerasObject('keras.losses', loss.className, loss.getConfig());
}

/** A loss from a function. */
class FunctionLoss extends Loss {
  readonly className = 'FunctionLoss';
  readonly #function: LossFunction;

  constructor(lossFunction: LossFunction) {
    super('FunctionLoss', { name: lossFunction.name === '' ? 'loss' : lossFunction.name });
    this.#function = lossFunction;
  }

  override checkShapes(): void {}

  override build(yTrue: Node, yPred: Node): Node {
    const values: unknown = this.#function(yTrue, yPred);
    checkNode(`The loss '${this.name}'`, values);
    return values;
  }
}

/** @file Optimizers: factories, and finding one by name or from a Keras file. */

import { type Config, isKerasObject, kerasObject, optionsOfConfig } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { canonicalName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import { unknownNameError } from '../base/suggest.ts';
import { Adam, type AdamOptions } from './adam.ts';
import { Optimizer } from './optimizer.ts';
import { RMSprop, type RMSpropOptions } from './rmsprop.ts';
import { SGD, type SGDOptions } from './sgd.ts';

/** Stochastic gradient descent, with momentum if wanted. */
export const sgd = (options?: SGDOptions): SGD => new SGD(options);
/** Steps divided by the gradient's running magnitude. */
export const rmsprop = (options?: RMSpropOptions): RMSprop => new RMSprop(options);
/** Running means of the gradient and of its square. */
export const adam = (options?: AdamOptions): Adam => new Adam(options);

/** What `compile`'s `optimizer` takes: a name, an optimizer, or an object of a Keras file. */
export type OptimizerIdentifier = string | Optimizer | Config;

const FACTORIES: Readonly<Record<string, (options: Record<string, unknown>) => Optimizer>> = {
  sgd,
  rmsprop,
  adam,
};

function create(name: string, options: Record<string, unknown>): Optimizer {
  const found = Object.keys(FACTORIES).find((known) => canonicalName(known) === canonicalName(name));
  if (found === undefined) throw unknownNameError('optimizer', name, Object.keys(FACTORIES));
  return FACTORIES[found]!(options);
}

/** The optimizer that `identifier` is or names. Throws ValueError, with the nearest name, when there is none. */
export function getOptimizer(identifier: OptimizerIdentifier): Optimizer {
  if (identifier instanceof Optimizer) return identifier;
  if (typeof identifier === 'string') return create(identifier, {});
  if (isKerasObject(identifier)) {
    return create(identifier.class_name, optionsOfConfig(identifier.config ?? {}, identifier.class_name));
  }
  throw new ValueError(
    `Could not interpret optimizer identifier: ${describeValue(identifier)}. ` +
      "Give a name such as 'rmsprop' or an optimizer such as optimizers.adam({ learningRate: 1e-4 }).",
  );
}

/** The optimizer as Keras files have it. */
export function serializeOptimizer(optimizer: Optimizer): Config {
  return kerasObject('keras.optimizers', optimizer.className, optimizer.getConfig());
}

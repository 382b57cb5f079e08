/** @file Optimizers: factories, and finding one by name or from a Keras file. */

import { type Config, kerasObject } from '../base/config.ts';
import { Registry } from '../base/registry.ts';
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

const OPTIMIZERS = new Registry<Optimizer>({
  kind: 'optimizer',
  example: "Give a name such as 'rmsprop' or an optimizer such as optimizers.adam({ learningRate: 1e-4 }).",
  factories: { sgd, rmsprop, adam },
});

/** The optimizer that `identifier` is or names. Throws ValueError, with the nearest name, when there is none. */
export function getOptimizer(identifier: OptimizerIdentifier): Optimizer {
  return identifier instanceof Optimizer ? identifier : OPTIMIZERS.resolve(identifier);
}

/** The optimizer as Keras files have it. */
export function serializeOptimizer(optimizer: Optimizer): Config {
  return kerasObject('keras.optimizers', optimizer.className, optimizer.getConfig());
}

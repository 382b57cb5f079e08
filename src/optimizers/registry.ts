/** @file Optimizers by name. */

import type { Config } from '../base/config.ts';
import type { Identifier } from '../options/objects.ts';
import { Registry } from '../options/registry.ts';
import type { Spelled } from '../options/spelling.ts';
import * as list from './index.ts';
import { Optimizer } from './optimizer.ts';

const ALIASES = { adamw: 'adamW' } as const;

/** Keras 2 wrote its own optimizers as if they were of a user's. */
const KERAS_2_NAMES = Object.fromEntries(
  Object.entries(list).map(([name, { Class }]) => [`Custom>${Class.className}`, name]),
);

/** All optimizers. */
export const OPTIMIZERS = new Registry<Optimizer>({
  kind: 'optimizer',
  base: Optimizer,
  module: 'keras.optimizers',
  example: "Give a name such as 'rmsprop' or an optimizer such as optimizers.adam({ learningRate: 1e-4 }).",
  list,
  absent: ['LossScaleOptimizer', 'MultiOptimizer'],
  aliases: { ...ALIASES, ...KERAS_2_NAMES },
});

/** A name of an optimizer. */
export type OptimizerName = Spelled<keyof typeof list | keyof typeof ALIASES>;

/** What `compile`'s `optimizer` takes: a name, an optimizer, or an object of a Keras file. */
export type OptimizerIdentifier = Identifier<Optimizer, OptimizerName>;

/** The optimizer that `identifier` is or names. Throws ValueError, with the nearest name, when there is none. */
export function getOptimizer(identifier: OptimizerIdentifier): Optimizer {
  return OPTIMIZERS.resolve(identifier);
}

/** The optimizer as Keras files have it. */
export function serializeOptimizer(optimizer: Optimizer): Config {
  return OPTIMIZERS.serialize(optimizer);
}

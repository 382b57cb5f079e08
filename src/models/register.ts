/** @file `register`: makes users' own classes and functions known by name, so that files with them can be loaded. */

import { isActivationName } from '../activations/registry.ts';
import { ValueError } from '../base/errors.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { Constraint } from '../constraints/constraint.ts';
import { CONSTRAINTS } from '../constraints/registry.ts';
import { Initializer } from '../initializers/initializer.ts';
import { INITIALIZERS } from '../initializers/registry.ts';
import { Layer } from '../layers/layer.ts';
import { LAYERS } from '../layers/registry.ts';
import { Loss } from '../losses/loss.ts';
import { LOSSES } from '../losses/registry.ts';
import { Metric } from '../metrics/metric.ts';
import { METRICS } from '../metrics/registry.ts';
import { Optimizer } from '../optimizers/optimizer.ts';
import { OPTIMIZERS } from '../optimizers/registry.ts';
import type { ConcreteClass, Configurable } from '../options/configurable.ts';
import { checkNoFactory, registerFunction } from '../options/custom-objects.ts';
import type { Registry } from '../options/registry.ts';
import { REGULARIZERS } from '../regularizers/registry.ts';
import { Regularizer } from '../regularizers/regularizer.ts';
import { SCHEDULES } from '../schedules/registry.ts';
import { LearningRateSchedule } from '../schedules/schedule.ts';

interface Kind {
  readonly Base: abstract new (...args: never[]) => Configurable;
  readonly registry: Registry<Configurable>;
}

/** Each kind of thing: its base class and its registry. */
const KINDS: readonly Kind[] = [
  { Base: Layer, registry: LAYERS },
  { Base: Initializer, registry: INITIALIZERS },
  { Base: Regularizer, registry: REGULARIZERS },
  { Base: Constraint, registry: CONSTRAINTS },
  { Base: Loss, registry: LOSSES },
  { Base: Metric, registry: METRICS },
  { Base: Optimizer, registry: OPTIMIZERS },
  { Base: LearningRateSchedule, registry: SCHEDULES },
];

/**
 * Makes a class or a function of your own known by its name (a class' is its static `className`), so that names stand for
 * it and files with it can be loaded. `loadModel(path, { customObjects })` does the same for one file.
 *
 * @param thing A class that extends Layer, Loss, Metric, Optimizer, LearningRateSchedule, Initializer, Regularizer or
 *   Constraint, or a function that is an activation, a loss, a metric or a Lambda layer's.
 * @param options.package Keras' package of the thing, which files have before the name. Default 'Custom'.
 * @returns The thing itself.
 * @throws ValueError for anything else, and for a name that is taken by one of Fovea's own.
 */
export function register<T extends object>(thing: T, options: { readonly package?: string } = {}): T {
  const value: unknown = thing;
  if (typeof value !== 'function') throw wrongThing(value);
  checkNoFactory('register', value.name, value);
  checkOptionNames('register', options, ['package']);
  const owner: unknown = options.package;
  if (owner !== undefined && (typeof owner !== 'string' || owner === '' || owner.includes('>'))) {
    throw new ValueError(
      `register: the package is a name without '>', such as 'my_package'. Received: package=${describeValue(owner)}.`,
    );
  }
  const kind = KINDS.find(({ Base }) => value.prototype instanceof Base);
  if (kind !== undefined) kind.registry.register(value as ConcreteClass, owner);
  else if (/^class\b/.test(Function.prototype.toString.call(value))) throw wrongThing(value);
  else registerOwnFunction(value as (...args: never[]) => unknown, owner);
  return thing;
}

/**
 * Throws ValueError for a name of Fovea's own, which would otherwise get another meaning in all models of the program.
 */
function registerOwnFunction(body: (...args: never[]) => unknown, owner: string | undefined): void {
  const { name } = body;
  if (isActivationName(name) || LOSSES.hasOwn(name) || METRICS.hasOwn(name)) {
    throw new ValueError(
      `register: there is a function '${name}' of Fovea's own already. Give the function another name.`,
    );
  }
  registerFunction(body, owner);
}

function wrongThing(value: unknown): ValueError {
  const what = typeof value === 'function' ? `the class ${value.name}` : describeValue(value);
  return new ValueError(
    'register: expected a function, or a class that extends Layer, Loss, Metric, Optimizer, LearningRateSchedule, Initializer, ' +
      `Regularizer or Constraint. Received: ${what}.`,
  );
}

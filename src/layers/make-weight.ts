/** @file Makes a layer's weights: their first numbers, and the rules that training keeps to. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import { CONSTRAINTS, type ConstraintIdentifier } from '../constraints/registry.ts';
import { Variable } from '../graph/variable.ts';
import { initialValues } from '../initializers/initial-values.ts';
import { INITIALIZERS, type InitializerIdentifier } from '../initializers/registry.ts';
import { REGULARIZERS, type RegularizerIdentifier } from '../regularizers/registry.ts';

/** What `addWeight` takes. */
export interface WeightOptions {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initializer: InitializerIdentifier;
  /** False for statistics, which gradients do not change. Default true. */
  readonly trainable?: boolean;
  /** A price on the weight that is added to the loss. Default null: none. */
  readonly regularizer?: RegularizerIdentifier | null;
  /** A constraint on the weight, applied after each step. Default null: none. */
  readonly constraint?: ConstraintIdentifier | null;
}

const NAMES = ['name', 'shape', 'initializer', 'trainable', 'regularizer', 'constraint'];

/**
 * A variable named `layer/name`. Throws ValueError for unknown or wrong options, ShapeError for a shape with an extent that
 * is no whole number from 1 up.
 */
export function makeWeight(
  layer: { readonly name: string; readonly className: string },
  options: WeightOptions,
): Variable {
  const where = `Layer '${layer.name}' (${layer.className}), addWeight`;
  checkOptionNames(where, options, NAMES);
  if (typeof options.name !== 'string' || options.name === '') {
    throw new ValueError(
      `${where}: expected a non-empty string as name. Received: name=${describeValue(options.name)}.`,
    );
  }
  const { shape, regularizer, constraint } = options;
  const trainable = booleanOption(where, 'trainable', options.trainable, true);
  if (!Array.isArray(shape) || !shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)) {
    throw new ShapeError(
      `${where}: a weight's shape is a list of whole numbers from 1 up, received ${describeValue(shape)}.`,
    );
  }
  const name = `${layer.name}/${options.name}`;
  const values = initialValues(name, shape, INITIALIZERS.resolve(options.initializer));
  const variable = new Variable({ name, shape, values, trainable });
  variable.regularizer = (regularizer ?? null) === null ? null : REGULARIZERS.resolve(regularizer);
  variable.constraint = (constraint ?? null) === null ? null : CONSTRAINTS.resolve(constraint);
  return variable;
}

/** @file Learning rates by layer: factors by the names of layers and of models inside. */

import { ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { unknownNameError } from '../../base/suggest.ts';
import type { Variable } from '../../graph/variable.ts';
import type { Layer } from '../../layers/layer.ts';
import { isRecord } from '../structure.ts';

const OPTION = 'compile: learningRateMultipliers';

/** Factors by name. */
type Multipliers = Readonly<Record<string, number>>;

/**
 * The factors, checked. Throws ValueError for what is no record of numbers above 0, for names that no layer of the model
 * has, and for names that several have.
 */
export function checkMultipliers(given: unknown, model: Layer): Multipliers {
  if (!isRecord(given)) {
    throw new ValueError(
      `${OPTION} takes a record of factors by the names of layers, such as { block5_conv1: 0.1 }, received ${describeValue(given)}.`,
    );
  }
  const names = namesInside(model);
  for (const [name, factor] of Object.entries(given)) {
    if (!names.includes(name)) throw unknownNameError(`layer in ${OPTION}`, name, new Set(names));
    if (names.filter((each) => each === name).length > 1) {
      throw new ValueError(
        `${OPTION}: several layers of '${model.name}' are called '${name}'. Give the model around one of them, or other names.`,
      );
    }
    if (typeof factor === 'number' && Number.isFinite(factor) && factor > 0) continue;
    throw new ValueError(
      `${OPTION}: the factor of '${name}' must be a number above 0, received ${describeValue(factor)}. To keep a layer as it is, ` +
        'set its `trainable` to false.',
    );
  }
  return given as Multipliers;
}

/** Names of all layers inside, each layer once. */
function namesInside(model: Layer): string[] {
  const seen = new Set<Layer>();
  const visit = (layer: Layer): void => {
    for (const inner of layer.subLayers) {
      if (seen.has(inner)) continue;
      seen.add(inner);
      visit(inner);
    }
  };
  visit(model);
  return [...seen].map(({ name }) => name);
}

/** By variable, the factor of the innermost layer that has one. Weights of shared layers take that of their first place. */
export function multipliersOf(factors: Multipliers, model: Layer): ReadonlyMap<Variable, number> {
  const result = new Map<Variable, number>();
  const visit = (layer: Layer, outer: number): void => {
    const has = layer !== model && Object.hasOwn(factors, layer.name);
    const factor = has ? factors[layer.name]! : outer;
    for (const variable of layer.ownWeights) {
      if (factor !== 1 && !result.has(variable)) result.set(variable, factor);
    }
    for (const inner of layer.subLayers) visit(inner, factor);
  };
  if (Object.keys(factors).length > 0) visit(model, 1);
  return result;
}

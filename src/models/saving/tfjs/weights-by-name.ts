/** @file The weights of TensorFlow.js' files, which are found by the names of their layers: `conv1/kernel`. */

import { FormatError } from '../../../base/errors.ts';
import { listed } from '../../../base/listed.ts';
import { formatShape, sameShape } from '../../../base/shape.ts';
import type { TfjsWeight } from '../../../formats/tfjs/model-json.ts';
import type { Variable } from '../../../graph/variable.ts';
import type { Layer } from '../../../layers/layer.ts';
import { Assignments, targetsOf } from '../assignments.ts';
import { sayNothingFound } from '../named-weights.ts';
import { savedLayers } from '../saved-layers.ts';
import type { WeightsOptions } from '../weights.ts';

/** A weight of a model with its name in Keras 2, which TensorFlow.js has too. */
export interface NamedWeight {
  readonly name: string;
  readonly variable: Variable;
}

/** Weights that Keras 2 called otherwise. */
const OLD_NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  DepthwiseConv2D: { kernel: 'depthwise_kernel' },
};

/**
 * All weights of a model, layer after layer, each layer's in the order of Keras' files.
 *
 * @param layerNames What a file calls layers whose name cannot be a layer's here.
 */
export function tfjsWeights(
  model: Layer,
  layerNames: ReadonlyMap<string, string> = new Map(),
): NamedWeight[] {
  return savedLayers(model).flatMap(({ layer }) => {
    const prefix = layerNames.get(layer.name) ?? layer.name;
    return layer.ownWeights.map((variable) => {
      const own = variable.name.slice(layer.name.length + 1);
      return { name: `${prefix}/${OLD_NAMES[layer.className]?.[own] ?? own}`, variable };
    });
  });
}

/**
 * Reads the arrays into the model's weights. Names are compared as TensorFlow.js does: `conv1/kernel` is also found as
 * `conv1/cell/kernel`, and here with names of scopes before it. Everything is checked before the first number changes. Throws
 * FormatError, naming the weight, when a shape differs, and, without `byName`, when an array or a weight is left over.
 */
export function loadTfjsWeights(
  arrays: readonly TfjsWeight[],
  model: Layer,
  layerNames: ReadonlyMap<string, string>,
  options: WeightsOptions | null,
  what: string,
): void {
  const wanted = tfjsWeights(model, layerNames);
  const byName = new Map(wanted.map((weight) => [weight.name, weight]));
  if (byName.size < wanted.length) throw sameNames(wanted, byName, what);
  const assignments = new Assignments(what, options?.skipMismatch);
  const found = new Map<NamedWeight, string>();
  for (const array of arrays) {
    const weight = spellings(array.name)
      .map((name) => byName.get(name))
      .find((one) => one !== undefined);
    if (weight !== undefined) {
      const other = found.get(weight);
      if (other !== undefined)
        throw new FormatError(`${what}: '${other}' and '${array.name}' are both '${weight.name}'.`);
      found.set(weight, array.name);
      fill(assignments, weight, array, what);
    } else if (!options?.byName) {
      assignments.misfit(
        `'${array.name}' belongs to no layer of the model, which has ${listed(wanted.map(({ name }) => name))}`,
        what,
      );
    }
  }
  const missing = wanted.filter((weight) => !found.has(weight));
  if (missing.length > 0 && !options?.byName)
    assignments.misfit(
      `${missing.length} of the model's ${wanted.length} weights are missing: ${listed(missing.map(({ name }) => name))}`,
      what,
    );
  if (found.size === 0 && options?.byName) {
    sayNothingFound(
      what,
      model,
      arrays.map(({ name }) => name),
    );
  }
  assignments.apply();
}

function fill(
  assignments: Assignments,
  { name, variable }: NamedWeight,
  array: TfjsWeight,
  what: string,
): void {
  if (sameShape(array.shape, variable.shape)) {
    assignments.write(array, targetsOf([variable])[0]!, what);
    return;
  }
  const shapes = `expected shape ${formatShape(variable.shape)}, found ${formatShape(array.shape)}`;
  assignments.misfit(`'${array.name}' does not fit the weight '${name}': ${shapes}`, what);
}

/** The names that an array may mean, the likeliest first. */
function spellings(name: string): string[] {
  const parts = name.split('/');
  const withoutCell = [...parts.slice(0, -2), parts.at(-1)!].join('/');
  return [name, withoutCell, ...parts.slice(1, -1).map((_, i) => parts.slice(i + 1).join('/'))];
}

function sameNames(
  wanted: readonly NamedWeight[],
  byName: ReadonlyMap<string, NamedWeight>,
  what: string,
): FormatError {
  const twice = wanted.find((weight) => byName.get(weight.name) !== weight)!;
  return new FormatError(
    `${what}: two layers of the model have a weight '${twice.name}', so that names do not tell which is whose.`,
  );
}

/** @file The `.safetensors` file: weights by name, layers one in the other: `conv2d/kernel`, `base/conv1/kernel`. */

import { listed } from '../../../base/listed.ts';
import { formatShape, sameShape } from '../../../base/shape.ts';
import {
  isSafetensors,
  type NamedTensor,
  readSafetensors,
  writeSafetensors,
} from '../../../formats/safetensors.ts';
import type { Layer } from '../../../layers/layer.ts';
import { Assignments, targetsOf } from '../assignments.ts';
import { namedWeights, sayNothingFound } from '../named-weights.ts';
import type { WeightsOptions } from '../weights.ts';
import type { FileFormat } from './file-format.ts';

export const safetensors: FileFormat = {
  name: 'a .safetensors file of weights',
  ending: '.safetensors',

  matches: ({ bytes }) => isSafetensors(bytes),

  open({ bytes, name }) {
    const tensors = readSafetensors(bytes, name);
    return {
      config: null,
      hint: null,
      loadWeights: (model, _optimizer, options = null) => loadByName(tensors, model, options, name),
    };
  },

  writeWeights: (model) =>
    writeSafetensors(
      [...namedWeights(model)].map(([weight, name]) => ({ name, shape: weight.shape, data: weight.view() })),
    ),
};

/**
 * Reads the arrays into the weights of the same names, all or nothing. Throws FormatError, naming the weights, where one is
 * missing or too many, unless `byName` allows it, and where shapes differ.
 */
function loadByName(
  tensors: readonly NamedTensor[],
  model: Layer,
  options: WeightsOptions | null,
  what: string,
): void {
  const assignments = new Assignments(what, options?.skipMismatch);
  const stored = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const missing: string[] = [];
  for (const [weight, name] of namedWeights(model)) {
    const tensor = stored.get(name);
    stored.delete(name);
    if (tensor === undefined) missing.push(name);
    else if (sameShape(tensor.shape, weight.shape)) assignments.write(tensor, targetsOf([weight])[0]!, what);
    else {
      assignments.misfit(`'${name}' does not fit: ${shapesOf(weight.shape, tensor.shape)}`, what);
    }
  }
  const others = [...stored.keys()];
  if (!options?.byName && missing.length > 0) {
    const instead = others.length === 0 ? '' : `; it has ${listed(others)}, which the model has not`;
    assignments.misfit(`it lacks the weights ${listed(missing)}${instead}`, what);
  } else if (!options?.byName && others.length > 0) {
    assignments.misfit(`the model has no weights ${listed(others)}`, what);
  }
  if (options?.byName && others.length === tensors.length) sayNothingFound(what, model, others);
  assignments.apply();
}

/** Two shapes that differ, and what that means where it is known. */
function shapesOf(expected: readonly number[], found: readonly number[]): string {
  const text = `expected shape ${formatShape(expected)}, found ${formatShape(found)}`;
  const [out, inputs, ...extents] = found;
  const isTorch = found.length >= 2 && sameShape(expected, [...extents, inputs!, out!]);
  const order =
    found.length === 4
      ? '[out, in, height, width]; make it [height, width, in, out]'
      : '[out, in]; make it [in, out]';
  return isTorch ? `${text}. That is PyTorch's order of axes, ${order}` : text;
}

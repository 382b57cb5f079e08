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
import { namedWeights } from '../named-weights.ts';
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
      const shapes = `expected shape ${formatShape(weight.shape)}, found ${formatShape(tensor.shape)}`;
      assignments.misfit(`'${name}' does not fit: ${shapes}`, what);
    }
  }
  if (!options?.byName) {
    if (missing.length > 0) assignments.misfit(`it lacks the weights ${listed(missing)}`, what);
    if (stored.size > 0) assignments.misfit(`the model has no weights ${listed([...stored.keys()])}`, what);
  }
  assignments.apply();
}

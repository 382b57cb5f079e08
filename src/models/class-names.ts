/** @file Names of the classes that a model tells apart. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';

/** The shape of the model's only output; null while it is not known, and for several outputs. */
export function outputShape(model: {
  readonly graph: { readonly outputs: readonly { readonly shape: Shape }[] } | null;
}): Shape | null {
  const outputs = model.graph?.outputs ?? [];
  return outputs.length === 1 ? outputs[0]!.shape : null;
}

/**
 * The names when they can be the classes of outputs of shape `output`: one for each number of the last axis, or two for
 * a single number. Throws ValueError otherwise, and for what is no list of different texts.
 *
 * @param output The shape of the model's only output; null while it is not known.
 */
export function checkClassNames(model: string, names: unknown, output: Shape | null): readonly string[] {
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '');
  if (!isList || new Set(names).size !== names.length) {
    throw new ValueError(
      `classNames of '${model}' must be a list of different names, such as ['cats', 'dogs'], or null. Received: ` +
        `${describeValue(names)}.`,
    );
  }
  const units = output?.at(-1) ?? null;
  const expected = units === 1 ? 2 : units;
  if (expected !== null && names.length !== expected) {
    throw new ValueError(
      `classNames of '${model}' must have ${expected} names, since its output has ${units} ` +
        `${units === 1 ? 'number' : 'numbers'} for each sample. Received ${names.length}: ${describeValue(names)}.`,
    );
  }
  return Object.freeze([...(names as string[])]);
}

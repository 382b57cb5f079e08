/** @file Names of the classes that a model tells apart. */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { Dataset } from '../data/dataset.ts';

/** The shape of the model's only output; null while it is not known, and for several outputs. */
export function outputShape(model: {
  readonly graph: { readonly outputs: readonly { readonly shape: Shape }[] } | null;
}): Shape | null {
  const outputs = model.graph?.outputs ?? [];
  return outputs.length === 1 ? outputs[0]!.shape : null;
}

/** How many classes an output of that shape tells apart; null while that is not known. */
function classCount(output: Shape | null): number | null {
  const units = output?.at(-1) ?? null;
  return units === 1 ? 2 : units;
}

/**
 * Gives a model that has no class names those of the data that it is trained on. Data whose classes are not what the
 * outputs stand for, such as images that are both inputs and targets, changes nothing.
 */
export function adoptClassNames(
  model: { classNames: readonly string[] | null } & Parameters<typeof outputShape>[0],
  data: unknown,
): void {
  if (!(data instanceof Dataset) || data.classNames === null || model.classNames !== null) return;
  if (data.classNames.length === classCount(outputShape(model))) model.classNames = data.classNames;
}

/**
 * The names when they can be the classes of outputs of shape `output`: one for each number of the last axis, or two for
 * a single number. Throws ValueError otherwise, and for what is no list of different texts.
 *
 * @param output The shape of the model's only output; null while it is not known.
 */
export function checkClassNames(model: string, names: unknown, output: Shape | null): readonly string[] {
  const isList = Array.isArray(names) && names.every((name) => typeof name === 'string' && name !== '');
  const twice = isList ? names.find((name, i) => names.indexOf(name) < i) : undefined;
  if (!isList || twice !== undefined) {
    throw new ValueError(
      `classNames of '${model}' must be a list of different names, such as ['cats', 'dogs'], or null. Received: ` +
        `${describeValue(names)}${twice === undefined ? '' : `, with ${describeValue(twice)} twice`}.`,
    );
  }
  const units = output?.at(-1) ?? null;
  const expected = classCount(output);
  if (expected !== null && names.length !== expected) {
    throw new ValueError(
      `classNames of '${model}' must have ${expected} names, since its output has ${units} ` +
        `${units === 1 ? 'number' : 'numbers'} for each sample. Received ${names.length}: ${describeValue(names)}.`,
    );
  }
  return Object.freeze([...(names as string[])]);
}

/** @file Which of a model's inputs is the image that an explanation is about. */

import { ValueError } from '../base/errors.ts';
import { unknownNameError } from '../base/suggest.ts';
import type { TracedModel } from './traced-model.ts';

/**
 * The index of the input: `wanted` by name or index, else the only one, else the only one that takes images. Throws ValueError
 * for an unknown one, and when it is not clear.
 */
export function explainedInput(
  how: string,
  { model, inputs }: TracedModel,
  wanted: string | number | undefined,
): number {
  const names = model.inputNames;
  if (wanted !== undefined) {
    const index = typeof wanted === 'number' ? wanted : names.indexOf(wanted);
    if (Number.isInteger(index) && index >= 0 && index < inputs.length) return index;
    throw unknownNameError('input', String(wanted), names);
  }
  if (inputs.length === 1) return 0;
  const images = inputs.flatMap(({ shape }, i) => (shape.length === 4 ? [i] : []));
  if (images.length === 1) return images[0]!;
  throw new ValueError(
    `${how}: '${model.name}' has the inputs ${names.join(', ')}. Say with { input } which of them is to be explained.`,
  );
}

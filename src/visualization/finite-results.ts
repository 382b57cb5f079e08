/** @file What a model computes must be numbers: NaN would become pictures that show nothing, and look like something. */

import { ValueError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import type { TracedModel } from './traced-model.ts';

/** Throws ValueError when values of the layer of that path, or of the whole model if null, are NaN or infinite. */
export function checkFinite(how: string, { model }: TracedModel, path: string | null, values: Tensor): void {
  if (values.allFinite()) return;
  throw new ValueError(
    `${how}: ${path === null ? '' : `layer '${path}' of `}'${model.name}' gives numbers that are not finite for this image, so ` +
      'nothing can be explained. Look at its weights: a training that diverged leaves NaN in them.',
  );
}

/** @file The optimizer whose learning rate callbacks set. */

import { ValueError } from '../base/errors.ts';
import type { CallbackModel, CallbackOptimizer } from './callback.ts';

/** Throws ValueError for a model without an optimizer. */
export function optimizerOf(who: string, { optimizer, name }: CallbackModel): CallbackOptimizer {
  if (optimizer !== null) return optimizer;
  throw new ValueError(`${who}: the model '${name}' has no optimizer. Compile it first.`);
}

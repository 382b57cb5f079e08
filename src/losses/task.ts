/**
 * @file Which kind of classification the shapes of labels and predictions mean: how 'accuracy' and 'crossentropy' are
 * resolved.
 */

import type { Shape } from '../base/shape.ts';

/** One output; class numbers; rows of class probabilities. */
export type Task = 'binary' | 'sparse' | 'categorical';

/** Keras' rule (`trainers/compile_utils.py`) for labels of shape `target` and predictions of shape `output`. */
export function taskOf(target: Shape, output: Shape): Task {
  if (output.at(-1) === 1) return 'binary';
  return target.length < output.length || target.at(-1) === 1 ? 'sparse' : 'categorical';
}

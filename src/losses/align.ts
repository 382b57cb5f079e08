/** @file Bringing labels and predictions to one shape, as Keras' `squeeze_or_expand_to_same_rank` does. */

import { ShapeError } from '../base/errors.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { reshape } from '../ops/index.ts';

interface Aligned {
  readonly target: Shape;
  readonly output: Shape;
}

/** The shapes after a last extent of 1 is added or removed where the ranks differ by exactly one. */
function alignedShapes(target: Shape, output: Shape): Aligned {
  if (target.length === output.length + 1 && target.at(-1) === 1) {
    return output.length === 1 ? { target, output: [...output, 1] } : { target: target.slice(0, -1), output };
  }
  if (output.length === target.length + 1 && output.at(-1) === 1) {
    return target.length === 1 ? { target: [...target, 1], output } : { target, output: output.slice(0, -1) };
  }
  return { target, output };
}

/**
 * Throws ShapeError, with Keras' texts, unless labels and predictions have one shape after alignment.
 *
 * @param hint How to make wrong labels right.
 */
export function checkSameShape(who: string, target: Shape, output: Shape, hint: string): void {
  const aligned = alignedShapes(target, output);
  if (sameShape(aligned.target, aligned.output)) return;
  const what = aligned.target.length === aligned.output.length ? 'shape' : 'rank (ndim)';
  throw new ShapeError(
    `${who}: arguments \`target\` and \`output\` must have the same ${what}. ` +
      `Received: target.shape=${formatShape(target)}, output.shape=${formatShape(output)}. ${hint}`,
  );
}

/** Labels and predictions in one shape. Throws ShapeError as `checkSameShape` does. */
export function align(who: string, yTrue: Node, yPred: Node, hint: string): { yTrue: Node; yPred: Node } {
  checkSameShape(who, yTrue.shape, yPred.shape, hint);
  const { target, output } = alignedShapes(yTrue.shape, yPred.shape);
  return { yTrue: reshape(yTrue, target), yPred: reshape(yPred, output) };
}

/**
 * The shape of class numbers for predictions [batch, …, classes]: without a last extent of 1 that labels may have.
 * Throws ShapeError, with Keras' texts, when they do not fit.
 */
export function classNumberShape(who: string, target: Shape, output: Shape): Shape {
  const numbers = target.length === output.length && target.at(-1) === 1 ? target.slice(0, -1) : target;
  if (sameShape(numbers, output.slice(0, -1))) return numbers;
  const hint =
    sameShape(target, output) && output.length > 1
      ? 'The labels look one-hot: use categorical crossentropy or accuracy for them.'
      : 'Give one class number per prediction, a whole number from 0 up.';
  throw new ShapeError(
    `${who}: argument \`target\` must be shaped as \`output\` without the last axis, the classes. ` +
      `Received: target.shape=${formatShape(target)}, output.shape=${formatShape(output)}. ${hint}`,
  );
}

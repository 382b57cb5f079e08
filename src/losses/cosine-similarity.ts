/** @file Cosine similarity: the cosine of the angle between labels and predictions (Keras' `losses.py`). */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { constant, div, maximum, mul, neg, sqrt, square, sum } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { wholeNumber } from '../options/kinds.ts';
import { align, checkSameShape } from './align.ts';
import { innerAxis } from './axis.ts';
import { EPSILON, Loss } from './loss.ts';

const HINT = 'Give one vector per prediction, as long as it.';

/** The cosine of the angle between each label and its prediction, vectors along `axis`; 0 where one is a vector of zeros. */
export function cosine(who: string, yTrue: Node, yPred: Node, along: number): Node {
  const aligned = align(who, yTrue, yPred, HINT);
  const axes = [innerAxis(who, aligned.yPred, along)];
  const unit = (x: Node) => {
    // The limit is inside of the root, so that the gradient of a vector of zeros is 0 and not NaN.
    const length = sqrt(maximum(sum(square(x), { axes, keepDims: true }), constant(EPSILON ** 2)));
    return div(x, length);
  };
  return sum(mul(unit(aligned.yTrue), unit(aligned.yPred)), { axes });
}

/** Minus the cosine of the angle between labels and predictions, from -1 for the same direction to 1 for the opposite one. */
export class CosineSimilarity extends withOptions(Loss, {
  /** The axis along which the vectors lie. Default null: the last. Keras' files do not have it. */
  axis: wholeNumber(null).onlyWhenSet(),
}) {
  static override readonly className = 'CosineSimilarity';

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    return neg(cosine(this.name, yTrue, yPred, this.axis ?? -1));
  }
}

/** For directions: minus the cosine of the angle between label and prediction. */
export const cosineSimilarity = factory(CosineSimilarity);

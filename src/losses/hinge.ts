/** @file Hinge losses: 0 for predictions far enough on the label's side (Keras' `losses.py`; Cortes & Vapnik 1995). */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, constant, equal, logicalOr, max, maximum, mul, square, sub, sum, where } from '../ops/index.ts';
import { factory } from '../options/configurable.ts';
import { align, checkSameShape } from './align.ts';
import { Loss } from './loss.ts';
import { MeanLoss } from './regression.ts';

/** Labels 0 and 1 become -1 and 1, if the whole batch has no others. */
function signed(labels: Node): Node {
  const zero = constant(0);
  const isBinary = logicalOr(equal(labels, zero), equal(labels, constant(1)));
  const others = sum(sub(constant(1), isBinary));
  return where(equal(others, zero), sub(mul(labels, constant(2)), constant(1)), labels);
}

function hinges(label: Node, prediction: Node): Node {
  return maximum(sub(constant(1), mul(signed(label), prediction)), constant(0));
}

/** Mean of max(1 - label · prediction, 0) for labels -1 and 1. A batch of labels 0 and 1 alone is read as -1 and 1. */
export class Hinge extends MeanLoss {
  static override readonly className = 'Hinge';

  protected override measure(label: Node, prediction: Node): Node {
    return hinges(label, prediction);
  }
}

/** Mean of max(1 - label · prediction, 0)² for labels -1 and 1. A batch of labels 0 and 1 alone is read as -1 and 1. */
export class SquaredHinge extends MeanLoss {
  static override readonly className = 'SquaredHinge';

  protected override measure(label: Node, prediction: Node): Node {
    return square(hinges(label, prediction));
  }
}

const HINT = 'Give one-hot labels: one row of 0 and a single 1 per prediction.';

/** max(the largest wrong score - the true class' score + 1, 0) for one-hot labels. */
export class CategoricalHinge extends Loss {
  static override readonly className = 'CategoricalHinge';

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const { yTrue: labels, yPred: scores } = align(this.name, yTrue, yPred, HINT);
    const right = sum(mul(labels, scores), { axes: [-1] });
    const wrong = max(mul(sub(constant(1), labels), scores), { axes: [-1] });
    return maximum(add(sub(wrong, right), constant(1)), constant(0));
  }
}

/** For labels -1 and 1, or 0 and 1. */
export const hinge = factory(Hinge);
/** For labels -1 and 1, or 0 and 1; larger errors count more. */
export const squaredHinge = factory(SquaredHinge);
/** For one-hot labels. */
export const categoricalHinge = factory(CategoricalHinge);

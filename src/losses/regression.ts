/** @file Losses of numbers: mean squared and mean absolute error over the last axis. */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { abs, mean, square, sub } from '../ops/index.ts';
import { factory } from '../options/configurable.ts';
import { align, checkSameShape } from './align.ts';
import { Loss } from './loss.ts';

const HINT = 'Give one number per output of the model.';

/** A mean over the last axis of a function of label - prediction. */
export abstract class ErrorLoss extends Loss {
  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, HINT);
    const errors = this.measure(sub(aligned.yTrue, aligned.yPred));
    // [batch] has no axis of outputs: each prediction is one number.
    return errors.shape.length < 2 ? errors : mean(errors, { axes: [-1] });
  }

  /** The error that a difference counts as, element by element. */
  protected abstract measure(difference: Node): Node;
}

/** Mean of (label - prediction)². */
export class MeanSquaredError extends ErrorLoss {
  static override readonly className: string = 'MeanSquaredError';

  protected override measure(difference: Node): Node {
    return square(difference);
  }
}

/** Mean of |label - prediction|. */
export class MeanAbsoluteError extends ErrorLoss {
  static override readonly className: string = 'MeanAbsoluteError';

  protected override measure(difference: Node): Node {
    return abs(difference);
  }
}

/** Mean of (label - prediction)². */
export const meanSquaredError = factory(MeanSquaredError);
/** Mean of |label - prediction|, which outliers change less than the squared error. */
export const meanAbsoluteError = factory(MeanAbsoluteError);

/** @file Losses of numbers: means of errors over the last axis (Keras' `losses.py`). */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { abs, add, constant, div, log, maximum, mul, softplus, square, sub } from '../ops/index.ts';
import { factory } from '../options/configurable.ts';
import { align, checkSameShape } from './align.ts';
import { meanOver } from './axis.ts';
import { EPSILON, Loss } from './loss.ts';

const HINT = 'Give one number per output of the model.';

/** A mean over the last axis of what each label and its prediction give. */
export abstract class MeanLoss extends Loss {
  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, HINT);
    return meanOver(this.name, this.measure(aligned.yTrue, aligned.yPred));
  }

  /** The value of each label and prediction, in their shape. */
  protected abstract measure(label: Node, prediction: Node): Node;
}

/** Mean of (label - prediction)². */
export class MeanSquaredError extends MeanLoss {
  static override readonly className: string = 'MeanSquaredError';

  protected override measure(label: Node, prediction: Node): Node {
    return square(sub(label, prediction));
  }
}

/** Mean of |label - prediction|. */
export class MeanAbsoluteError extends MeanLoss {
  static override readonly className: string = 'MeanAbsoluteError';

  protected override measure(label: Node, prediction: Node): Node {
    return abs(sub(label, prediction));
  }
}

/** 100 · mean of |label - prediction| ÷ |label|, where labels nearer to 0 than 1e-7 count as 1e-7. */
export class MeanAbsolutePercentageError extends MeanLoss {
  static override readonly className: string = 'MeanAbsolutePercentageError';

  protected override measure(label: Node, prediction: Node): Node {
    const size = maximum(abs(label), constant(EPSILON));
    return mul(abs(div(sub(label, prediction), size)), constant(100));
  }
}

/** Mean of (log(1 + label) - log(1 + prediction))², where numbers below 1e-7 count as 1e-7. */
export class MeanSquaredLogarithmicError extends MeanLoss {
  static override readonly className: string = 'MeanSquaredLogarithmicError';

  protected override measure(label: Node, prediction: Node): Node {
    const logarithm = (x: Node) => log(add(maximum(x, constant(EPSILON)), constant(1)));
    return square(sub(logarithm(prediction), logarithm(label)));
  }
}

/** Mean of log(cosh(prediction - label)): about half the square of small errors, about the size of large ones. */
export class LogCosh extends MeanLoss {
  static override readonly className: string = 'LogCosh';

  protected override measure(label: Node, prediction: Node): Node {
    const error = sub(prediction, label);
    return add(error, sub(softplus(mul(error, constant(-2))), constant(Math.LN2)));
  }
}

/** Mean of (label - prediction)². */
export const meanSquaredError = factory(MeanSquaredError);
/** Mean of |label - prediction|, which outliers change less than the squared error. */
export const meanAbsoluteError = factory(MeanAbsoluteError);
/** Mean of |label - prediction| in percent of the label. */
export const meanAbsolutePercentageError = factory(MeanAbsolutePercentageError);
/** Mean squared difference of the logarithms: for numbers of many sizes, from 0 up. */
export const meanSquaredLogarithmicError = factory(MeanSquaredLogarithmicError);
/** Squared for small errors, linear for large ones, and smooth. */
export const logCosh = factory(LogCosh);

/**
 * @file The cross-entropies. Numerics are those of Keras' TensorFlow backend (`keras/src/backend/tensorflow/nn.py`):
 * where the predictions are a softmax's (or sigmoid's) own result, its logits are used; else probabilities are clipped.
 */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { sigmoidOp } from '../ops/elementwise/sigmoid.ts';
import {
  add,
  clip,
  constant,
  div,
  exp,
  log,
  log1p,
  minimum,
  mul,
  neg,
  relu,
  softmaxCrossEntropy,
  sub,
  sum,
} from '../ops/index.ts';
import { softmaxOp } from '../ops/softmax.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { axis, flag, fraction, unsupported } from '../options/kinds.ts';
import { align, checkSameShape } from './align.ts';
import { axisLast, meanOver } from './axis.ts';
import { checkLabels, EPSILON, Loss } from './loss.ts';

/** The common part of all cross-entropies. */
export abstract class Crossentropy extends withOptions(Loss, {
  /** The predictions are logits and not probabilities. Default false. */
  fromLogits: flag(false),
}) {
  #warned = false;

  /**
   * The logits: the predictions themselves with `fromLogits`, or the input of the `activation` that made the
   * predictions; null when there are none. The result of that activation is never taken for logits, even with
   * `fromLogits`; this warns, as Keras does.
   */
  protected logits(yPred: Node, activation: Op<null>): Node | null {
    if ((yPred.op as Op<never>) !== (activation as Op<never>)) return this.fromLogits ? yPred : null;
    if (this.fromLogits && !this.#warned) {
      this.#warned = true;
      console.warn(
        `${this.name} received fromLogits: true, but the output was produced by a ${activation.name} activation ` +
          'and thus does not represent logits. Its own logits are used; leave fromLogits or the activation out.',
      );
    }
    return yPred.inputs[0]!;
  }
}

/** labels · (1 - smoothing) + smoothing · `even`, the value that all labels would have if they were equal. */
export function smooth(labels: Node, smoothing: number, even: number): Node {
  if (smoothing === 0) return labels;
  return add(mul(labels, constant(1 - smoothing)), constant(smoothing * even));
}

/** Options of the cross-entropies that are not for class numbers. */
export const SMOOTHED = {
  /** Moves the labels by this part towards being all equal, 0 to 1. Default 0. */
  labelSmoothing: fraction(0),
  /** The axis of the classes, or of the outputs of which the mean is taken. Default -1. */
  axis: axis(-1),
};

export const ONE_HOT_HINT =
  'Categorical crossentropy needs one row of class probabilities per prediction: make one-hot labels with ' +
  "utils.toCategorical(labels, classes), or use 'sparseCategoricalCrossentropy' for class numbers.";

/** -Σ labels · log(predictions) for one-hot labels [batch, …, classes]. */
export class CategoricalCrossentropy extends withOptions(Crossentropy, SMOOTHED) {
  static override readonly className = 'CategoricalCrossentropy';

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, ONE_HOT_HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, ONE_HOT_HINT);
    // As in Keras, smoothing divides by the last extent also where the classes lie along another axis.
    const smoothed = smooth(aligned.yTrue, this.labelSmoothing, 1 / aligned.yTrue.shape.at(-1)!);
    const classesLast = (x: Node) => axisLast(this.name, x, this.axis);
    const labels = classesLast(smoothed);
    const logits = this.logits(aligned.yPred, softmaxOp);
    if (logits !== null) return softmaxCrossEntropy(labels, classesLast(logits));
    const scores = classesLast(aligned.yPred);
    const p = clip(div(scores, sum(scores, { axes: [-1], keepDims: true })), EPSILON, 1 - EPSILON);
    return neg(sum(mul(labels, log(p)), { axes: [-1] }));
  }
}

export const BINARY_HINT = 'Binary crossentropy needs one label, 0 or 1, per output of the model.';

/** Mean over the last axis of -(y · log p + (1 - y) · log(1 - p)), for labels from 0 to 1. */
export class BinaryCrossentropy extends withOptions(Crossentropy, SMOOTHED) {
  static override readonly className = 'BinaryCrossentropy';
  static override readonly metricOptions = { axis: unsupported(-1).notInConfig() };

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, BINARY_HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, BINARY_HINT);
    const labels = smooth(aligned.yTrue, this.labelSmoothing, 0.5);
    const logits = this.logits(aligned.yPred, sigmoidOp);
    const values = logits === null ? ofProbabilities(labels, aligned.yPred) : ofLogits(labels, logits);
    return meanOver(this.name, values, this.axis);
  }

  protected override checkValues(values: ArrayLike<number>): void {
    checkBinaryLabels(this.name, values);
  }
}

/** Throws ValueError unless all labels are numbers from 0 to 1. */
export function checkBinaryLabels(who: string, values: ArrayLike<number>): void {
  checkLabels(who, values, (value) => value >= 0 && value <= 1, 'a number from 0 to 1');
}

/** -(y · log p + (1 - y) · log(1 - p)), with p kept in [1e-7, 1 - 1e-7]. */
export function ofProbabilities(labels: Node, yPred: Node): Node {
  const p = clip(yPred, EPSILON, 1 - EPSILON);
  const one = constant(1);
  return neg(add(mul(labels, log(p)), mul(sub(one, labels), log(sub(one, p)))));
}

/**
 * The binary cross-entropy of logits x:
 * log(1 + e^-|x|) + max(x, 0) - x · y, which never overflows. The order of the sum keeps small losses and gradients
 * exact: where max(x, 0) and x · y cancel, they cancel exactly, before the logarithm (or its gradient) is added.
 */
export function ofLogits(labels: Node, x: Node): Node {
  // min(x, -x) instead of -|x|: with its gradient at 0 the whole gradient at x = 0 is 1/2 - y, which is right.
  const tail = log1p(exp(minimum(x, neg(x))));
  return add(tail, sub(relu(x), mul(x, labels)));
}

/** For one-hot labels. */
export const categoricalCrossentropy = factory(CategoricalCrossentropy);
/** For labels 0 and 1. */
export const binaryCrossentropy = factory(BinaryCrossentropy);

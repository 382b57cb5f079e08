/** @file Focal cross-entropies, in which predictions that are right count less (Lin et al. 2017, arXiv 1708.02002). */

import { ShapeError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Op } from '../graph/op.ts';
import { sigmoidOp } from '../ops/elementwise/sigmoid.ts';
import {
  add,
  clip,
  constant,
  div,
  log,
  maximum,
  mul,
  neg,
  pow,
  sigmoid,
  softmax,
  sub,
  sum,
} from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { flag, number, numbers } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { align, checkSameShape } from './align.ts';
import { axisLast, meanOver } from './axis.ts';
import {
  BINARY_HINT,
  checkBinaryLabels,
  ONE_HOT_HINT,
  ofLogits,
  ofProbabilities,
  SMOOTHED,
  smooth,
} from './crossentropy.ts';
import { EPSILON, Loss } from './loss.ts';

const FOCUS = {
  /** The higher, the less do predictions count that are right already; 0: all count alike. Default 2. */
  gamma: number(2, { atLeast: 0 }),
  /** The predictions are logits and not probabilities. Default false. */
  fromLogits: flag(false),
};

/** Binary cross-entropy times (1 - p)^gamma, where p is the probability of the label. */
export class BinaryFocalCrossentropy extends withOptions(Loss, {
  /** Also weight labels 1 by `alpha` and labels 0 by 1 - `alpha`. Default false. */
  applyClassBalancing: flag(false),
  /** The weight of labels 1, 0 to 1. Default 0.25. */
  alpha: number(0.25, { atLeast: 0, atMost: 1 }),
  ...FOCUS,
  ...SMOOTHED,
}) {
  static override readonly className = 'BinaryFocalCrossentropy';

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, BINARY_HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, BINARY_HINT);
    const labels = smooth(aligned.yTrue, this.labelSmoothing, 0.5);
    const p = this.fromLogits ? sigmoid(aligned.yPred) : aligned.yPred;
    const isSigmoid = (p.op as Op<never>) === (sigmoidOp as Op<never>);
    const values = isSigmoid ? ofLogits(labels, p.inputs[0]!) : ofProbabilities(labels, p);
    const focused = mul(this.#focus(labels, p), values);
    return meanOver(this.name, focused, this.axis);
  }

  protected override checkValues(values: ArrayLike<number>): void {
    checkBinaryLabels(this.name, values);
  }

  #focus(labels: Node, p: Node): Node {
    const one = constant(1);
    const right = add(mul(labels, p), mul(sub(one, labels), sub(one, p)));
    // Rounding could bring 1 - right below 0, where powers are NaN.
    const factor = pow(maximum(sub(one, right), constant(0)), this.gamma);
    if (!this.applyClassBalancing) return factor;
    const { alpha } = this;
    return mul(add(mul(labels, constant(alpha)), mul(sub(one, labels), constant(1 - alpha))), factor);
  }
}

const oneWeight = number(undefined, { atLeast: 0 }).definition;
const severalWeights = numbers(undefined, { atLeast: 0 }).definition;

/** One weight for all classes, or one for each. */
const classWeights = new Option<number | readonly number[], number | readonly number[], false>({
  expected: `${oneWeight.expected}, or a list of them`,
  read: (given, place) => (Array.isArray(given) ? severalWeights : oneWeight).read(given, place),
  fallback: () => 0.25,
});

/** Σ -alpha · (1 - p)^gamma · label · log p over the classes, for one-hot labels and probabilities p. */
export class CategoricalFocalCrossentropy extends withOptions(Loss, {
  /** A weight for all classes, or a list with one for each. Default 0.25. */
  alpha: classWeights,
  ...FOCUS,
  ...SMOOTHED,
}) {
  static override readonly className = 'CategoricalFocalCrossentropy';

  override checkShapes(target: Shape, output: Shape): void {
    checkSameShape(this.name, target, output, ONE_HOT_HINT);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, ONE_HOT_HINT);
    const [labels, scores] = [aligned.yTrue, aligned.yPred].map((x) => axisLast(this.name, x, this.axis));
    const soft = smooth(labels!, this.labelSmoothing, 1 / aligned.yTrue.shape.at(-1)!);
    const given = this.fromLogits ? softmax(scores!) : scores!;
    const p = clip(div(given, sum(given, { axes: [-1], keepDims: true })), EPSILON, 1 - EPSILON);
    const focus = mul(pow(sub(constant(1), p), this.gamma), this.#weights(p.shape.at(-1)!));
    return neg(sum(mul(focus, mul(soft, log(p))), { axes: [-1] }));
  }

  #weights(classes: number): Node {
    const { alpha } = this;
    if (typeof alpha === 'number') return constant(alpha);
    if (alpha.length === classes) return constant({ values: alpha, shape: [classes] });
    throw new ShapeError(
      `${this.name}: alpha has ${alpha.length} weights, but there are ${classes} classes. Give one weight for each class.`,
    );
  }
}

/** For labels 0 and 1 of which one kind is rare. */
export const binaryFocalCrossentropy = factory(BinaryFocalCrossentropy);
/** For one-hot labels of classes of which some are rare. */
export const categoricalFocalCrossentropy = factory(CategoricalFocalCrossentropy);

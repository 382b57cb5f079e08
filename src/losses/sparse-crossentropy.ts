/** @file Cross-entropies for class numbers. */

import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import {
  clip,
  constant,
  div,
  log,
  mul,
  notEqual,
  oneHot,
  pow,
  reshape,
  softmaxCrossEntropy,
  sub,
  sum,
  where,
} from '../ops/index.ts';
import { softmaxOp } from '../ops/softmax.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number, unsupported, wholeNumber } from '../options/kinds.ts';
import { classNumberShape } from './align.ts';
import { Crossentropy } from './crossentropy.ts';
import { checkLabels, EPSILON, Loss } from './loss.ts';

/** -log of the true class' probability, for class numbers [batch, …] or [batch, …, 1]. */
export class SparseCategoricalCrossentropy extends withOptions(Crossentropy, {
  /**
   * A class number whose predictions do not count, such as 255 for "unknown": their loss is 0, and means are over the
   * others. Default null.
   */
  ignoreClass: wholeNumber(null),
  axis: unsupported(-1).notInConfig(),
}) {
  static override readonly className = 'SparseCategoricalCrossentropy';
  static override readonly metricOptions = { axis: unsupported(-1) };

  override checkShapes(target: Shape, output: Shape): void {
    classNumberShape(this.name, target, output);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const classes = yPred.shape.at(-1)!;
    const labels = oneHot(this.#numbers(yTrue, yPred), classes);
    // log p can be used as a logit: the softmax of log p is p, scaled to sum 1.
    const logits = this.logits(yPred, softmaxOp) ?? log(clip(yPred, EPSILON, 1 - EPSILON));
    const values = softmaxCrossEntropy(labels, logits);
    const mask = this.mask(yTrue, yPred);
    return mask === null ? values : where(mask, values, constant(0));
  }

  override mask(yTrue: Node, yPred: Node): Node | null {
    if (this.ignoreClass === null) return null;
    return notEqual(this.#numbers(yTrue, yPred), constant(this.ignoreClass));
  }

  protected override checkValues(values: ArrayLike<number>, output: Shape): void {
    checkClassNumbers(this.name, values, output, this.ignoreClass);
  }

  #numbers(yTrue: Node, yPred: Node): Node {
    return reshape(yTrue, classNumberShape(this.name, yTrue.shape, yPred.shape));
  }
}

/** Throws ValueError unless all labels are whole numbers from 0 to classes - 1, or the number of an ignored class. */
export function checkClassNumbers(
  who: string,
  values: ArrayLike<number>,
  output: Shape,
  ignored: number | null = null,
): void {
  const classes = output.at(-1)!;
  checkLabels(
    who,
    values,
    (value) => (Number.isInteger(value) && value >= 0 && value < classes) || value === ignored,
    `a class number, a whole number from 0 to ${classes - 1}, as the model has ${classes} outputs`,
  );
}

/** (1 - p^q) ÷ q for the probability p of the true class: between cross-entropy (q near 0) and absolute error (q near 1). */
export class CategoricalGeneralizedCrossEntropy extends withOptions(Loss, {
  /** How little predictions far from the label count, between 0 and 1. Default 0.5. */
  q: number(0.5, { above: 0, below: 1 }),
}) {
  static override readonly className = 'CategoricalGeneralizedCrossEntropy';

  override checkShapes(target: Shape, output: Shape): void {
    classNumberShape(this.name, target, output);
  }

  override call(yTrue: Node, yPred: Node): Node {
    const numbers = reshape(yTrue, classNumberShape(this.name, yTrue.shape, yPred.shape));
    const p = sum(mul(yPred, oneHot(numbers, yPred.shape.at(-1)!)), { axes: [-1] });
    return div(sub(constant(1), pow(p, this.q)), constant(this.q));
  }

  protected override checkValues(values: ArrayLike<number>, output: Shape): void {
    checkClassNumbers(this.name, values, output);
  }
}

/** For class numbers. */
export const sparseCategoricalCrossentropy = factory(SparseCategoricalCrossentropy);
/** For class numbers of which some are wrong (Zhang & Sabuncu 2018, arXiv 1805.07836). */
export const categoricalGeneralizedCrossEntropy = factory(CategoricalGeneralizedCrossEntropy);

/**
 * @file Loss, the base of the measures that training makes small. Semantics follow Keras 3
 * (`keras/src/losses/loss.py`).
 */

import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { add, constant, div, equal, mean, mul, sum } from '../ops/index.ts';
import { Configurable, withOptions } from '../options/configurable.ts';
import { oneOf, unsupported } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import type { OptionTable } from '../options/option.ts';

/**
 * A measure of how far predictions are from labels. A user's own class defines `call`: `class Distance extends Loss {
 * call(yTrue, yPred) { return ops.mean(ops.abs(ops.sub(yTrue, yPred)), { axes: [-1] }); } }`.
 */
export abstract class Loss extends withOptions(Configurable, {
  /** Default: the class' name in snake case. */
  name: className(),
  /**
   * How a batch's values become one number: 'sumOverBatchSize' and 'mean', the mean of weight × loss; 'sum';
   * 'meanWithSampleWeight', Σ weight × loss ÷ Σ weight; 'none', which cannot be trained on. Default 'sumOverBatchSize'.
   */
  reduction: oneOf('sumOverBatchSize', 'sum', 'mean', 'meanWithSampleWeight', 'none'),
  dtype: unsupported('float32').notInConfig(),
}) {
  static override readonly methods: readonly string[] = ['call'];
  /** Options that Keras' metric of the same name has in another form than the loss. */
  static readonly metricOptions: OptionTable = {};

  /**
   * One loss value for each prediction, [batch, …]: the predictions' shape without the last axis. Throws ShapeError when
   * labels and predictions do not fit.
   */
  abstract call(yTrue: Node, yPred: Node): Node;

  /** Hook: throws ShapeError when labels of shape `target` do not fit predictions of shape `output`, batch included. */
  checkShapes(_target: Shape, _output: Shape): void {}

  /**
   * Checks labels on the host before they are fed. Throws ShapeError when their shape does not fit predictions of shape
   * `output`, ValueError for a value that cannot be a label, naming its index.
   *
   * @param shape The labels' shape, batch included.
   */
  validateTargets(values: ArrayLike<number>, shape: readonly number[], output: Shape): void {
    this.checkShapes([null, ...shape.slice(1)], output);
    this.checkValues(values, output);
  }

  /** Hook: throws ValueError for a value that cannot be a label; here for one that is not finite. */
  protected checkValues(values: ArrayLike<number>, _output: Shape): void {
    checkLabels(this.name, values, Number.isFinite, 'a finite number');
  }
}

/** Throws ValueError for the reduction 'none': training needs one number. */
export function requireReduction({ name, reduction }: Loss): void {
  if (reduction !== 'none') return;
  throw new ValueError(
    `compile: the loss '${name}' has reduction: 'none', but training needs one number. ` +
      "Leave the reduction out, or use 'sum' or 'mean'.",
  );
}

/**
 * One number of a batch's loss values [batch, …] and weights [batch], as the loss' `reduction` says.
 * Throws ValueError for the reduction 'none'.
 */
export function reduceLoss(loss: Loss, values: Node, sampleWeight: Node | null): Node {
  requireReduction(loss);
  const { reduction } = loss;
  const inner = values.shape.slice(1).map((_, axis) => axis + 1);
  const join = reduction === 'sum' ? sum : mean;
  const perSample = inner.length === 0 ? values : join(values, { axes: inner });
  const weighted = sampleWeight === null ? perSample : mul(perSample, sampleWeight);
  if (reduction === 'sum') return sum(weighted);
  if (reduction !== 'meanWithSampleWeight' || sampleWeight === null) return mean(weighted);
  const weights = sum(sampleWeight);
  // Weights of 0 alone give 0 and not NaN.
  return div(sum(weighted), add(weights, equal(weights, constant(0))));
}

/** Throws ValueError, naming the first value that is not `valid` and its index. */
export function checkLabels(
  who: string,
  values: ArrayLike<number>,
  valid: (value: number) => boolean,
  expected: string,
): void {
  for (let i = 0; i < values.length; i++) {
    if (valid(values[i]!)) continue;
    throw new ValueError(
      `${who}: label ${values[i]} at index ${i} is not ${expected}. ` +
        'Check the labels, and the number of units of the last layer.',
    );
  }
}

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
import { fitWeights, spreadWeights } from './weights.ts';

/** Keras' epsilon(): probabilities are kept this far from 0 and 1, and divisors from 0. */
export const EPSILON = 1e-7;

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
   * One loss value for each prediction, [batch, …]: the predictions' shape without the last axis. A value of the whole
   * batch, such as [], may be given too. Throws ShapeError when labels and predictions do not fit.
   */
  abstract call(yTrue: Node, yPred: Node): Node;

  /** Hook: 1 for each value of `call` that counts and 0 for each other, in their shape; null: all count. */
  mask(_yTrue: Node, _yPred: Node): Node | null {
    return null;
  }

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
 * One number of a batch's loss values [batch, …] and weights, as the loss' `reduction` says. Weights are [batch], or for
 * each value. A value of the whole batch, [], is weighted by all weights.
 * Throws ValueError for the reduction 'none', ShapeError for weights that do not fit.
 *
 * @param mask What the loss' `mask` gives: a mean is over the values that count.
 */
export function reduceLoss(
  loss: Loss,
  values: Node,
  sampleWeight: Node | null,
  mask: Node | null = null,
): Node {
  requireReduction(loss);
  const { name, reduction } = loss;
  if (mask !== null) {
    const spread = sampleWeight === null ? mask : mul(mask, spreadWeights(name, sampleWeight, values.shape));
    const total = sum(mul(values, spread));
    if (reduction === 'sum') return total;
    return ratio(total, sum(reduction === 'meanWithSampleWeight' ? spread : mask));
  }
  const join = reduction === 'sum' ? sum : mean;
  if (sampleWeight === null) return join(values);
  const weights = fitWeights(name, sampleWeight, values.shape);
  const inner = values.shape.map((_, axis) => axis).slice(weights.shape.length);
  const weighted = mul(join(values, { axes: inner }), weights);
  if (reduction !== 'meanWithSampleWeight') return join(weighted);
  return ratio(sum(weighted), sum(weights));
}

/** total ÷ divisor; 0 and not NaN where nothing counts. */
function ratio(total: Node, divisor: Node): Node {
  return div(total, add(divisor, equal(divisor, constant(0))));
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

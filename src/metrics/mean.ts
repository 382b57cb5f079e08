/** @file Metrics that are means or sums of values (Keras' `reduction_metrics.py`). */

import type { ConfigValue } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { isBatched, sampleSize, sizeOf } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { functionName } from '../losses/registry.ts';
import { fitWeights, spreadWeights } from '../losses/weights.ts';
import { mean as meanOf, mul, sum as sumOf } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { customFunction, functionObject } from '../options/custom-objects.ts';
import { wrongValue } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import { Option } from '../options/option.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricData, type MetricInputs } from './metric.ts';

/** total ÷ count; 0 ÷ 0 is 0. */
function ratio({ total, count }: MetricState): number {
  return count![0] === 0 ? 0 : total![0]! / count![0]!;
}

/** The sums, or means, over the axes that the weights do not have. */
function overLast(values: Node, weights: Node, join: typeof sumOf): Node {
  return join(values, { axes: values.shape.map((_, axis) => axis).slice(weights.shape.length) });
}

/** The count of values without weights is known without the step. A value of the whole batch counts once. */
function plainContributions(values: Node): Contributions {
  const { shape } = values;
  const count = isBatched(shape) ? sampleSize(shape) : { perBatch: sizeOf(shape) };
  return { total: sumOf(values), count };
}

/** Σ weight × value and Σ weight. As in Keras the mask changes the weights, so it does nothing without them. */
function meanContributions(
  who: string,
  values: Node,
  sampleWeight: Node | null,
  mask: Node | null = null,
): Contributions {
  if (sampleWeight === null) return plainContributions(values);
  const weights =
    mask === null
      ? fitWeights(who, sampleWeight, values.shape)
      : mul(mask, spreadWeights(who, sampleWeight, values.shape));
  return { total: sumOf(mul(overLast(values, weights, meanOf), weights)), count: sumOf(weights) };
}

/** A mean over all predictions, weighted by samples. A user's own class defines `call`. */
export abstract class MeanMetric extends withOptions(Metric, {
  /** The name in logs and history. Default: the class' name in snake case. */
  name: className(),
}) {
  /**
   * One value per prediction, [batch, …], or one of the whole batch, []. Throws ShapeError when labels and predictions do
   * not fit.
   */
  abstract call(yTrue: Node, yPred: Node): Node;

  /** Hook: 1 for each value of `call` that counts and 0 for each other; null: all count. */
  protected mask(_yTrue: Node, _yPred: Node): Node | null {
    return null;
  }

  override update({ yTrue, yPred, sampleWeight }: MetricInputs): Contributions {
    const values: unknown = this.call(yTrue, yPred);
    checkNode(`The metric '${this.name}'`, values);
    return meanContributions(this.name, values, sampleWeight, this.mask(yTrue, yPred));
  }

  override compute(state: MetricState): number {
    return ratio(state);
  }
}

/** A user's own metric: one value per prediction from labels and predictions, composed of ops. */
export type MetricFunction = (yTrue: Node, yPred: Node) => Node;

/** The function of the metric: one that Keras' files name, or a user's own. */
const metricFunction = new Option<MetricFunction, MetricFunction, true>({
  expected: 'a function of labels and predictions, (yTrue, yPred) => node',
  read(given, place) {
    if (typeof given === 'function') return given as MetricFunction;
    const name = functionName(given);
    const found = name === null ? undefined : customFunction(name);
    if (found !== undefined) return found as MetricFunction;
    if (name === null) throw wrongValue(place, 'a function', given);
    throw new ValueError(
      `${place.owner}: the function '${name}' is not known. Give it in \`customObjects\`.`,
    );
  },
  write: (value): ConfigValue => functionObject(value, 'a metric'),
});

/** The mean of a function's values. A plain function among `compile`'s metrics is this. */
export class MeanMetricWrapper extends withOptions(MeanMetric, {
  /** (yTrue, yPred) => one value per prediction, composed of ops. */
  fn: metricFunction,
}) {
  static override readonly className = 'MeanMetricWrapper';

  override call(yTrue: Node, yPred: Node): Node {
    return this.fn(yTrue, yPred);
  }
}

/** The common part of `mean` and `sum`. They take values and no labels, so they are for use without a model. */
abstract class ValuesMetric extends withOptions(Metric, {
  /** Default: the class' name in snake case. */
  name: className(),
}) {
  /** Adds values [samples, …], with one weight for each sample or value. */
  override async updateState(values: MetricData, sampleWeight?: MetricData | null): Promise<void> {
    this.addToState([values], sampleWeight ?? null, ([node], weights) => this.contribute(node!, weights));
  }

  override update(): never {
    throw new ValueError(
      `${this.className} is for values and not for labels and predictions: give \`compile\` a function of both, ` +
        `or call updateState(values) yourself.`,
    );
  }

  protected abstract contribute(values: Node, sampleWeight: Node | null): Contributions;
}

/** The weighted mean of values. */
export class Mean extends ValuesMetric {
  static override readonly className = 'Mean';

  override compute(state: MetricState): number {
    return ratio(state);
  }

  protected override contribute(values: Node, sampleWeight: Node | null): Contributions {
    return meanContributions(this.name, values, sampleWeight);
  }
}

/** The weighted sum of values. */
export class Sum extends ValuesMetric {
  static override readonly className = 'Sum';

  override compute({ total }: MetricState): number {
    return total![0]!;
  }

  protected override contribute(values: Node, sampleWeight: Node | null): Contributions {
    if (sampleWeight === null) return { total: sumOf(values) };
    const weights = fitWeights(this.name, sampleWeight, values.shape);
    return { total: sumOf(mul(overLast(values, weights, sumOf), weights)) };
  }
}

/** The loss of an epoch: the mean of the batches' losses. */
export class LossMean extends Mean {
  override readonly direction = 'down';

  /** What a batch whose loss is `loss` contributes to the mean weighted by the batches' samples. */
  static contributions(loss: Node): Contributions {
    return { total: { timesSamples: loss }, count: 1 };
  }

  /**
   * The same for the loss of one output of several, where every batch counts alike, a last one with fewer samples too
   * (Keras' compiled steps do not know a batch's size when they collect these losses).
   */
  static outputContributions(loss: Node): Contributions {
    return { total: loss, count: { perBatch: 1 } };
  }
}

/** The mean of a function's values. */
export const meanMetricWrapper = factory(MeanMetricWrapper);
/** The weighted mean of values. */
export const mean = factory(Mean);
/** The weighted sum of values. */
export const sum = factory(Sum);

/** @file Metrics that are means or sums of values (Keras' `reduction_metrics.py`). */

import type { ConfigValue } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { formatShape, isBatched, sampleSize } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { functionName } from '../losses/registry.ts';
import { mean as meanOf, mul, sum as sumOf } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { customFunction, functionObject } from '../options/custom-objects.ts';
import { wrongValue } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import { Option } from '../options/option.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricData, type MetricInputs } from './metric.ts';

/** One value for each sample: the mean, or sum, over the inner axes of values [batch, …]. */
function perSample(values: Node, join: typeof sumOf): Node {
  const axes = values.shape.slice(1).map((_, axis) => axis + 1);
  return axes.length === 0 ? values : join(values, { axes });
}

/** total ÷ count; 0 ÷ 0 is 0. */
function ratio({ total, count }: MetricState): number {
  return count![0] === 0 ? 0 : total![0]! / count![0]!;
}

/** Σ weight × value and Σ weight of values [batch, …]. The count of values without weights is known without the step. */
function meanContributions(values: Node, sampleWeight: Node | null): Contributions {
  if (sampleWeight === null) return { total: sumOf(values), count: sampleSize(values.shape) };
  return { total: sumOf(mul(perSample(values, meanOf), sampleWeight)), count: sumOf(sampleWeight) };
}

/** A mean over all predictions, weighted by samples. A user's own class defines `call`. */
export abstract class MeanMetric extends withOptions(Metric, {
  /** The name in logs and history. Default: the class' name in snake case. */
  name: className(),
}) {
  /** One value per prediction, [batch, …]. Throws ShapeError when labels and predictions do not fit. */
  abstract call(yTrue: Node, yPred: Node): Node;

  override update({ yTrue, yPred, sampleWeight }: MetricInputs): Contributions {
    const values = this.call(yTrue, yPred);
    checkNode(`The metric '${this.name}'`, values);
    if (!isBatched(values.shape)) {
      throw new ValueError(
        `Metric '${this.name}' gave a value of shape ${formatShape(values.shape)}; it must give one value per sample, [null, …].`,
      );
    }
    return meanContributions(values, sampleWeight);
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
  /** Adds values [samples, …], with one weight for each sample. */
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
    return meanContributions(values, sampleWeight);
  }
}

/** The weighted sum of values. */
export class Sum extends ValuesMetric {
  static override readonly className = 'Sum';

  override compute({ total }: MetricState): number {
    return total![0]!;
  }

  protected override contribute(values: Node, sampleWeight: Node | null): Contributions {
    const each = perSample(values, sumOf);
    return { total: sumOf(sampleWeight === null ? each : mul(each, sampleWeight)) };
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

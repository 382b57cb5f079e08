/** @file Metrics of numbers that are not simply a loss (Keras' `regression_metrics.py`). */

import type { Node } from '../graph/node.ts';
import { align } from '../losses/align.ts';
import { cosine } from '../losses/cosine-similarity.ts';
import { LogCosh } from '../losses/regression.ts';
import { square, sub } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { wholeNumber } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import type { MetricState } from './contributions.ts';
import { MeanMetric } from './mean.ts';

/** The square root of the mean of (label - prediction)². */
export class RootMeanSquaredError extends MeanMetric {
  static override readonly className = 'RootMeanSquaredError';
  override readonly direction = 'down';

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, 'Give one number per output of the model.');
    return square(sub(aligned.yPred, aligned.yTrue));
  }

  override compute(state: MetricState): number {
    return Math.sqrt(super.compute(state));
  }
}

/** The cosine of the angle between labels and predictions: the loss of this name without its minus. */
export class CosineSimilarity extends withOptions(MeanMetric, {
  /** The axis along which the vectors lie. Default null: the last. Keras' files do not have it. */
  axis: wholeNumber(null).onlyWhenSet(),
}) {
  static override readonly className = 'CosineSimilarity';
  override readonly direction = 'up';

  override call(yTrue: Node, yPred: Node): Node {
    return cosine(this.name, yTrue, yPred, this.axis ?? -1);
  }
}

/** The mean of log(cosh(prediction - label)). */
export class LogCoshError extends withOptions(MeanMetric, {
  /** The name in logs and history. Default 'logcosh'. */
  name: className('logcosh'),
}) {
  static override readonly className = 'LogCoshError';
  override readonly direction = 'down';
  readonly #loss = new LogCosh();

  override call(yTrue: Node, yPred: Node): Node {
    return this.#loss.call(yTrue, yPred);
  }
}

/** The root of the mean squared error: in the labels' own unit. */
export const rootMeanSquaredError = factory(RootMeanSquaredError);
/** The cosine of the angle between labels and predictions. */
export const cosineSimilarity = factory(CosineSimilarity);
/** Squared for small errors, linear for large ones. */
export const logCoshError = factory(LogCoshError);

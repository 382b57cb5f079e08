/** @file Losses as metrics: the same values, reported and not trained on. */

import type { Config } from '../base/config.ts';
import type { Node } from '../graph/node.ts';
import {
  BinaryCrossentropy,
  CategoricalCrossentropy,
  SparseCategoricalCrossentropy,
} from '../losses/crossentropy.ts';
import type { Loss } from '../losses/loss.ts';
import { MeanAbsoluteError, MeanSquaredError } from '../losses/regression.ts';
import { Metric, type MetricOptions } from './metric.ts';

/** A metric whose values are a loss' values. */
export class LossMetric extends Metric {
  readonly className: string;
  override readonly direction = 'down';
  readonly #loss: Loss;

  constructor(loss: Loss) {
    super(loss.className, { name: loss.name });
    this.className = loss.className;
    this.#loss = loss;
  }

  override build(yTrue: Node, yPred: Node): Node {
    return this.#loss.build(yTrue, yPred);
  }

  override getConfig(): Config {
    // Losses have a reduction, metrics a type instead; Keras' binary cross-entropy has an axis only as a loss.
    const { reduction: _reduction, axis: _axis, ...config } = this.#loss.getConfig();
    const axis: Config = this.#loss instanceof CategoricalCrossentropy ? { axis: -1 } : {};
    return { ...config, ...axis, dtype: 'float32' };
  }
}

export interface CrossentropyMetricOptions extends MetricOptions {
  /** The predictions are logits and not probabilities. Default false. */
  readonly fromLogits?: boolean;
  /** Not for sparse labels. Default 0. */
  readonly labelSmoothing?: number;
}

/** Mean of (label - prediction)². */
export const meanSquaredError = (options: MetricOptions = {}): Metric =>
  new LossMetric(new MeanSquaredError(options));
/** Mean of |label - prediction|. */
export const meanAbsoluteError = (options: MetricOptions = {}): Metric =>
  new LossMetric(new MeanAbsoluteError(options));
/** For one-hot labels. */
export const categoricalCrossentropy = (options: CrossentropyMetricOptions = {}): Metric =>
  new LossMetric(new CategoricalCrossentropy(options));
/** For class numbers. */
export const sparseCategoricalCrossentropy = (
  options: Omit<CrossentropyMetricOptions, 'labelSmoothing'> = {},
): Metric => new LossMetric(new SparseCategoricalCrossentropy(options));
/** For labels 0 and 1. */
export const binaryCrossentropy = (options: CrossentropyMetricOptions = {}): Metric =>
  new LossMetric(new BinaryCrossentropy(options));

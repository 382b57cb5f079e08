/** @file R², the share of the labels' variance that predictions explain (Keras' `regression_metrics.py`). */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { align } from '../losses/align.ts';
import { spreadWeights } from '../losses/weights.ts';
import { mul, square, sub, sum } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, oneOf } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import { Option } from '../options/option.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';

type Aggregation = 'uniformAverage' | 'varianceWeightedAverage';

/** 1 - Σ (label - prediction)² ÷ Σ (label - mean label)², for each output of [batch, outputs]. */
export class R2Score extends withOptions(Metric, {
  /** The name in logs and history. Default 'r2_score'. */
  name: className('r2_score'),
  /**
   * 'uniformAverage' or 'varianceWeightedAverage' of the outputs' scores; null: a score for each output.
   * Default 'uniformAverage'.
   */
  classAggregation: new Option<Aggregation | null, Aggregation | null, false>(
    oneOf('uniformAverage', 'varianceWeightedAverage').orNull().definition,
  ),
  /** Number of the model's independent inputs, for the adjusted score. Default 0: not adjusted. */
  numRegressors: count(0, { least: 0 }),
}) {
  static override readonly className = 'R2Score';
  override readonly direction = 'up';

  override update({ yTrue, yPred, sampleWeight }: MetricInputs): Contributions {
    const aligned = align(this.name, yTrue, yPred, 'Give one number per output of the model.');
    if (aligned.yPred.shape.length !== 2) {
      throw new ShapeError(
        `${this.name}: expected predictions [batch, outputs], received ${formatShape(yPred.shape)}.`,
      );
    }
    const weights = sampleWeight && spreadWeights(this.name, sampleWeight, aligned.yPred.shape);
    const over = (values: Node) => sum(weights === null ? values : mul(values, weights), { axes: [0] });
    const labels = aligned.yTrue;
    const outputs = labels.shape[1]!;
    return {
      sum: over(labels),
      squaredSum: over(square(labels)),
      residual: over(square(sub(labels, aligned.yPred))),
      count: weights === null ? 1 : sum(weights, { axes: [0] }),
      // The number of samples as Keras counts them: each output of each sample.
      numSamples: outputs,
    };
  }

  override compute({
    sum: sums,
    squaredSum,
    residual,
    count: counts,
    numSamples,
  }: MetricState): number | readonly number[] {
    const spreads = [...sums!].map(
      (total, i) => squaredSum![i]! - total * (total / (counts![i] ?? counts![0]!)),
    );
    const scores = spreads.map((spread, i) => {
      const score = 1 - residual![i]! / spread;
      return Math.abs(score) === Number.POSITIVE_INFINITY ? 0 : score;
    });
    if (this.classAggregation === null) return scores.map((score) => this.#adjusted(score, numSamples![0]!));
    const weights = this.classAggregation === 'uniformAverage' ? scores.map(() => 1) : spreads;
    const weightSum = weights.reduce((total, weight) => total + weight, 0);
    const mean = scores.reduce((total, score, i) => total + score * weights[i]!, 0) / weightSum;
    return this.#adjusted(mean, numSamples![0]!);
  }

  /** The score for that many inputs; unchanged where there are too few samples for it. */
  #adjusted(score: number, samples: number): number {
    const freedom = samples - this.numRegressors - 1;
    return this.numRegressors === 0 || freedom <= 0 ? score : 1 - ((1 - score) * (samples - 1)) / freedom;
  }
}

/** The share of the labels' variance that predictions explain. */
export const r2Score = factory(R2Score);

/** @file F-scores: means of precision and recall (Keras' `f_score_metrics.py`). */

import { ShapeError } from '../base/errors.ts';
import { formatShape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import { checkSameShape } from '../losses/align.ts';
import { spreadWeights } from '../losses/weights.ts';
import { abs, constant, greater, greaterEqual, max, mul, sum } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { number, oneOf } from '../options/kinds.ts';
import { className } from '../options/names.ts';
import { Option } from '../options/option.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';

const EPSILON = 1e-7;

type Average = 'micro' | 'macro' | 'weighted';
/** The common part of both F-scores: labels and predictions [batch, classes]. */
abstract class FScore extends withOptions(Metric, {
  /**
   * 'micro' counts all classes together, 'macro' is the mean of the classes' scores, 'weighted' the mean weighted by
   * their labels; null: a score for each class. Default null.
   */
  average: new Option<Average | null, Average | null, false>({
    ...oneOf('micro', 'macro', 'weighted').orNull().definition,
    fallback: () => null,
  }),
  /** Predictions above it are positive, 0 to 1. Default null: the largest of each sample is. */
  threshold: number(null, { above: 0, atMost: 1 }),
}) {
  override readonly direction = 'up';

  protected abstract readonly weightOfRecall: number;

  override update({ yTrue, yPred, sampleWeight }: MetricInputs): Contributions {
    if (yTrue.shape.length !== 2 || yPred.shape.length !== 2) {
      throw new ShapeError(
        `${this.name}: expected labels and predictions [batch, classes]. ` +
          `Received: target.shape=${formatShape(yTrue.shape)}, output.shape=${formatShape(yPred.shape)}.`,
      );
    }
    checkSameShape(this.name, yTrue.shape, yPred.shape, 'Give one label, 0 or 1, per class.');
    const predicted = this.#positives(yPred);
    const weights = sampleWeight && spreadWeights(this.name, sampleWeight, yPred.shape);
    const weighted = (values: Node) => sum(weights === null ? values : mul(values, weights), { axes: [0] });
    return { hits: weighted(mul(predicted, yTrue)), predicted: weighted(predicted), labels: weighted(yTrue) };
  }

  override compute({ hits, predicted, labels }: MetricState): number | readonly number[] {
    const beta2 = this.weightOfRecall ** 2;
    const score = (hit: number, positive: number, label: number) => {
      const precision = hit / (positive + EPSILON);
      const recall = hit / (label + EPSILON);
      return ((precision * recall) / (beta2 * precision + recall + EPSILON)) * (1 + beta2);
    };
    const total = (values: Iterable<number>) => [...values].reduce((all, value) => all + value, 0);
    if (this.average === 'micro') return score(total(hits!), total(predicted!), total(labels!));
    const scores = [...hits!].map((hit, i) => score(hit, predicted![i]!, labels![i]!));
    if (this.average === null) return scores;
    if (this.average === 'macro') return total(scores) / scores.length;
    return total(scores.map((each, i) => each * labels![i]!)) / (total(labels!) + EPSILON);
  }

  /** 1 for each prediction that counts as positive. A sample of zeros has none. */
  #positives(yPred: Node): Node {
    if (this.threshold !== null) return greater(yPred, constant(Math.fround(this.threshold)));
    const largest = greaterEqual(yPred, max(yPred, { axes: [-1], keepDims: true }));
    return mul(largest, greater(abs(yPred), constant(Math.fround(1e-9))));
  }
}

/** (1 + β²) · precision · recall ÷ (β² · precision + recall). */
export class FBetaScore extends withOptions(FScore, {
  /** The name in logs and history. Default 'fbeta_score'. */
  name: className('fbeta_score'),
  /** How much more recall counts than precision. Default 1. */
  beta: number(1, { above: 0 }),
}) {
  static override readonly className = 'FBetaScore';

  protected override get weightOfRecall(): number {
    return this.beta;
  }
}

/** The harmonic mean of precision and recall. */
export class F1Score extends withOptions(FScore, {
  /** The name in logs and history. Default 'f1_score'. */
  name: className('f1_score'),
}) {
  static override readonly className = 'F1Score';
  protected override readonly weightOfRecall = 1;
}

/** (1 + β²) · precision · recall ÷ (β² · precision + recall). */
export const fBetaScore = factory(FBetaScore);
/** The harmonic mean of precision and recall. */
export const f1Score = factory(F1Score);

/** @file Precision, recall, and the plain counts of hits and misses (Keras' `confusion_metrics.py`). */

import { type ConfigurableClass, factory, withOptions } from '../options/configurable.ts';
import { count } from '../options/kinds.ts';
import { type Counts, countAbove, countsOf, NEVER, rates } from './confusion.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';
import { cutoffsOf, thresholdsOption } from './thresholds.ts';

/** The common part of counts at thresholds: one number, or one for each threshold of a list. */
export abstract class ThresholdMetric extends withOptions(Metric, {
  /** Predictions above it are positive: a number or a list, from 0 to 1. Default null: 0.5, or all with `topK`. */
  thresholds: thresholdsOption,
}) {
  override update(inputs: MetricInputs): Contributions {
    return countAbove(inputs, { name: this.name, cutoffs: this.cutoffs(0.5) });
  }

  override compute(state: MetricState): number | readonly number[] {
    const counts = countsOf(state, state.above!.length / 2)[0]!;
    const values = this.of(counts);
    return values.length === 1 ? values[0]! : values;
  }

  /** The result at each threshold. */
  protected abstract of(counts: Counts): readonly number[];

  /** The cutoffs that predictions must be above; `alone` when no threshold is given. */
  protected cutoffs(alone: number): number[] {
    const { thresholds } = this;
    return cutoffsOf(
      thresholds === null ? [alone] : typeof thresholds === 'number' ? [thresholds] : thresholds,
    );
  }
}

/** The common part of precision and recall. */
abstract class HitRate extends withOptions(ThresholdMetric, {
  /** Only the k largest predictions of each sample can be positive. Default null: all. */
  topK: count(null),
  /** Number of the one class to look at. Default null: all. */
  classId: count(null, { least: 0 }),
}) {
  override readonly direction = 'up';

  override update(inputs: MetricInputs): Contributions {
    const { name, topK, classId } = this;
    return countAbove(inputs, { name, topK, classId, cutoffs: this.cutoffs(topK === null ? 0.5 : NEVER) });
  }
}

/** Of the predicted positives, how many are true: TP ÷ (TP + FP). */
export class Precision extends HitRate {
  static override readonly className = 'Precision';

  protected override of({ truePositives, falsePositives }: Counts): number[] {
    return rates(truePositives, falsePositives);
  }
}

/** Of the true labels, how many are found: TP ÷ (TP + FN). */
export class Recall extends HitRate {
  static override readonly className = 'Recall';

  protected override of({ truePositives, falseNegatives }: Counts): number[] {
    return rates(truePositives, falseNegatives);
  }
}

/** A class of one of the counts. */
export interface CountClass extends ConfigurableClass<ThresholdMetric> {
  new (...options: ConstructorParameters<typeof ThresholdMetric>): ThresholdMetric;
}

/** A metric that is one of the counts. */
function counting(className: string, which: keyof Counts): CountClass {
  return class Counting extends ThresholdMetric {
    static override readonly className: string = className;

    protected override of(counts: Counts): readonly number[] {
      return counts[which];
    }
  };
}

/** Of the predicted positives, how many are true. */
export const precision = factory(Precision);
/** Of the true labels, how many are found. */
export const recall = factory(Recall);
/** How many are predicted and true. */
export const truePositives = factory(counting('TruePositives', 'truePositives'));
/** How many are neither predicted nor true. */
export const trueNegatives = factory(counting('TrueNegatives', 'trueNegatives'));
/** How many are predicted but not true. */
export const falsePositives = factory(counting('FalsePositives', 'falsePositives'));
/** How many are true but not predicted. */
export const falseNegatives = factory(counting('FalseNegatives', 'falseNegatives'));

/** @file The best of one rate where another is high enough: sensitivity at specificity and its kin. */

import { factory, withOptions } from '../options/configurable.ts';
import { count, fraction } from '../options/kinds.ts';
import { type Counts, countAbove, countsOf, rates } from './confusion.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';
import { cutoffsOf, evenThresholds } from './thresholds.ts';

/** A rate to be high enough, and the rate to report, at each threshold. */
interface RatePair {
  readonly least: number;
  readonly limited: readonly number[];
  readonly reported: readonly number[];
}

/** The largest reported rate over the thresholds at which the limited one is at least the given one; 0 without. */
abstract class RateAtRate extends withOptions(Metric, {
  /** How many thresholds from 0 to 1 to try. Default 200. */
  numThresholds: count(200),
  /** Number of the one class to look at. Default null: all. */
  classId: count(null, { least: 0 }),
}) {
  override readonly direction = 'up';

  override update(inputs: MetricInputs): Contributions {
    const { name, classId } = this;
    return countAbove(inputs, { name, classId, cutoffs: this.#cutoffs() });
  }

  override compute(state: MetricState): number {
    const { least, limited, reported } = this.ratesOf(countsOf(state, this.numThresholds)[0]!);
    return Math.max(0, ...reported.filter((_, i) => limited[i]! >= least));
  }

  protected abstract ratesOf(counts: Counts): RatePair;

  #cutoffs(): number[] {
    return cutoffsOf(this.numThresholds === 1 ? [0.5] : evenThresholds(this.numThresholds));
  }
}

const sensitivities = ({ truePositives, falseNegatives }: Counts) => rates(truePositives, falseNegatives);
const specificities = ({ trueNegatives, falsePositives }: Counts) => rates(trueNegatives, falsePositives);
const precisions = ({ truePositives, falsePositives }: Counts) => rates(truePositives, falsePositives);

/** The best sensitivity, TP ÷ (TP + FN), where the specificity, TN ÷ (TN + FP), is high enough. */
export class SensitivityAtSpecificity extends withOptions(RateAtRate, {
  /** The least specificity, 0 to 1. */
  specificity: fraction(undefined),
}) {
  static override readonly className = 'SensitivityAtSpecificity';

  protected override ratesOf(counts: Counts): RatePair {
    return { least: this.specificity, limited: specificities(counts), reported: sensitivities(counts) };
  }
}

/** The best specificity where the sensitivity is high enough. */
export class SpecificityAtSensitivity extends withOptions(RateAtRate, {
  /** The least sensitivity, 0 to 1. */
  sensitivity: fraction(undefined),
}) {
  static override readonly className = 'SpecificityAtSensitivity';

  protected override ratesOf(counts: Counts): RatePair {
    return { least: this.sensitivity, limited: sensitivities(counts), reported: specificities(counts) };
  }
}

/** The best precision, TP ÷ (TP + FP), where the recall, TP ÷ (TP + FN), is high enough. */
export class PrecisionAtRecall extends withOptions(RateAtRate, {
  /** The least recall, 0 to 1. */
  recall: fraction(undefined),
}) {
  static override readonly className = 'PrecisionAtRecall';

  protected override ratesOf(counts: Counts): RatePair {
    return { least: this.recall, limited: sensitivities(counts), reported: precisions(counts) };
  }
}

/** The best recall where the precision is high enough. */
export class RecallAtPrecision extends withOptions(RateAtRate, {
  /** The least precision, 0 to 1. */
  precision: fraction(undefined),
}) {
  static override readonly className = 'RecallAtPrecision';

  protected override ratesOf(counts: Counts): RatePair {
    return { least: this.precision, limited: precisions(counts), reported: sensitivities(counts) };
  }
}

/** The best sensitivity where the specificity is high enough. */
export const sensitivityAtSpecificity = factory(SensitivityAtSpecificity);
/** The best specificity where the sensitivity is high enough. */
export const specificityAtSensitivity = factory(SpecificityAtSensitivity);
/** The best precision where the recall is high enough. */
export const precisionAtRecall = factory(PrecisionAtRecall);
/** The best recall where the precision is high enough. */
export const recallAtPrecision = factory(RecallAtPrecision);

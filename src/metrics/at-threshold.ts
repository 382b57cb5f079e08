/** @file The best value of one rate where another rate is high enough: sensitivity at specificity and the like. */

import { type ConfigurableClass, factory, type WithOptions, withOptions } from '../options/configurable.ts';
import { count, fraction } from '../options/kinds.ts';
import type { OptionTable } from '../options/option.ts';
import { type Counts, countAbove, countsOf, rates } from './confusion.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';
import { cutoffsOf, evenThresholds } from './thresholds.ts';

/** The rate that counts give at each threshold. */
type Rate = (counts: Counts) => readonly number[];

const sensitivities: Rate = ({ truePositives, falseNegatives }) => rates(truePositives, falseNegatives);
const specificities: Rate = ({ trueNegatives, falsePositives }) => rates(trueNegatives, falsePositives);
const precisions: Rate = ({ truePositives, falsePositives }) => rates(truePositives, falsePositives);

/** The largest reported rate over the thresholds at which the limited one is at least the given one; 0 without. */
export abstract class RateAtRate extends withOptions(Metric, {
  /** How many thresholds from 0 to 1 to try. Default 200. */
  numThresholds: count(200),
  /** Number of the one class to look at. Default null: all. */
  classId: count(null, { least: 0 }),
}) {
  override readonly direction = 'up';

  override update(inputs: MetricInputs): Contributions {
    const { name, classId, numThresholds } = this;
    const cutoffs = cutoffsOf(numThresholds === 1 ? [0.5] : evenThresholds(numThresholds));
    return countAbove(inputs, { name, classId, cutoffs });
  }
}

/** A class of rates that has the options of `T` too. */
export type RateClass<T extends OptionTable> = ConfigurableClass<RateAtRate> &
  (new (
    ...options: ConstructorParameters<WithOptions<typeof RateAtRate, T>>
  ) => RateAtRate);

/** The class for two rates. `least` is the one option that is the least value of `limited`. */
function rateAtRate<T extends OptionTable>(
  className: string,
  least: T,
  limited: Rate,
  reported: Rate,
): RateClass<T> {
  const [option] = Object.keys(least);
  class AtRate extends withOptions(RateAtRate, least as OptionTable) {
    static override readonly className: string = className;

    override compute(state: MetricState): number {
      const counts = countsOf(state, this.numThresholds)[0]!;
      const values = limited(counts);
      const bound = (this as unknown as Readonly<Record<string, number>>)[option!]!;
      return Math.max(0, ...reported(counts).filter((_, i) => values[i]! >= bound));
    }
  }
  return AtRate as unknown as RateClass<T>;
}

const SPECIFICITY = {
  /** The least specificity, 0 to 1. */
  specificity: fraction(),
};
const SENSITIVITY = {
  /** The least sensitivity, 0 to 1. */
  sensitivity: fraction(),
};
const RECALL = {
  /** The least recall, 0 to 1. */
  recall: fraction(),
};
const PRECISION = {
  /** The least precision, 0 to 1. */
  precision: fraction(),
};

/** The best sensitivity, TP ÷ (TP + FN), where the specificity, TN ÷ (TN + FP), is high enough. */
export const sensitivityAtSpecificity = factory(
  rateAtRate('SensitivityAtSpecificity', SPECIFICITY, specificities, sensitivities),
);
/** The best specificity where the sensitivity is high enough. */
export const specificityAtSensitivity = factory(
  rateAtRate('SpecificityAtSensitivity', SENSITIVITY, sensitivities, specificities),
);
/** The best precision, TP ÷ (TP + FP), where the recall, TP ÷ (TP + FN), is high enough. */
export const precisionAtRecall = factory(rateAtRate('PrecisionAtRecall', RECALL, sensitivities, precisions));
/** The best recall where the precision is high enough. */
export const recallAtPrecision = factory(
  rateAtRate('RecallAtPrecision', PRECISION, precisions, sensitivities),
);

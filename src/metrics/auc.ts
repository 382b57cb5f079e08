/**
 * @file The area under a curve of two rates over many thresholds. Sources: Keras' `confusion_metrics.py`; Davis & Goadrich
 * 2006 for the interpolation of precision and recall; Flach & Kull 2015 for the gains.
 */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { sigmoid } from '../ops/index.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { type Choice, count, flag, numbers, oneOf } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import { type Counts, countAbove, countsOf, quotient, rates } from './confusion.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';
import { cutoffsOf, evenThresholds } from './thresholds.ts';

/** Names that Keras' files have in capitals. */
function inCapitals<N extends string>(choice: Choice<N>): Choice<N> {
  return new Option({ ...choice.definition, write: (name) => name }) as Choice<N>;
}

/** The area under the ROC curve, or that of precision and recall, by a sum over thresholds. */
export class AUC extends withOptions(Metric, {
  /** How many thresholds from 0 to 1, both included. Default 200. */
  numThresholds: count(200, { least: 2 }),
  /** 'ROC': recall over false positive rate; 'PR': precision over recall; 'PRGAIN': their gains. Default 'ROC'. */
  curve: inCapitals(oneOf('ROC', 'PR', 'PRGAIN')),
  /** Heights between thresholds: the mean of both, or the smaller ('minoring') or larger ('majoring'). Default 'interpolation'. */
  summationMethod: oneOf('interpolation', 'minoring', 'majoring'),
  /** Thresholds between 0 and 1 instead of `numThresholds`. Default null. */
  thresholds: numbers(null),
  /** One area for each label of predictions [batch, labels], averaged. Default false: one for all predictions. */
  multiLabel: flag(false),
  /** How many labels there are, checked against the predictions. Default null. */
  numLabels: count(null),
  /** Weights of the labels, in the average or, without `multiLabel`, in the counts. Default null: 1 each. */
  labelWeights: numbers(null, { atLeast: 0 }),
  /** Predictions are logits: their sigmoid is taken. Default false. */
  fromLogits: flag(false),
}) {
  static override readonly className: string = 'AUC';
  override readonly direction = 'up';

  override update({ yTrue, yPred, sampleWeight }: MetricInputs): Contributions {
    const { name, multiLabel: perLabel, labelWeights, numLabels } = this;
    const labels = yPred.shape.at(-1);
    for (const [option, given] of [
      ['numLabels', numLabels],
      ['labelWeights', labelWeights?.length],
    ] as const) {
      if (given === null || given === undefined || given === labels) continue;
      throw new ValueError(`${name}: ${option} speaks of ${given} labels, the predictions have ${labels}.`);
    }
    const inputs = { yTrue, yPred: this.fromLogits ? sigmoid(yPred) : yPred, sampleWeight };
    const cutoffs = cutoffsOf(this.#thresholds, { around: true });
    return countAbove(inputs, { name, cutoffs, perLabel, labelWeights: perLabel ? null : labelWeights });
  }

  override compute(state: MetricState): number {
    const areas = countsOf(state, this.#thresholds.length).map((counts) => this.#area(counts));
    if (!this.multiLabel) return areas[0]!;
    const weights = this.labelWeights ?? areas.map(() => 1);
    return quotient(total(areas.map((area, i) => area * weights[i]!)), total(weights));
  }

  override getConfig(): Config {
    const { thresholds, ...config } = super.getConfig();
    const all = { ...config, num_thresholds: this.#thresholds.length };
    // Keras writes thresholds only where they were given.
    return this.thresholds === null ? all : { ...all, thresholds: thresholds! };
  }

  protected override checkOptions(values: {
    readonly numLabels?: unknown;
    readonly multiLabel?: unknown;
  }): void {
    if (values.numLabels === null || values.multiLabel === true) return;
    throw new ValueError('AUC: `numLabels` is needed only when `multiLabel` is true.');
  }

  get #thresholds(): number[] {
    const { thresholds } = this;
    return thresholds === null
      ? evenThresholds(this.numThresholds)
      : [0, ...[...thresholds].sort((a, b) => a - b), 1];
  }

  #area(counts: Counts): number {
    if (this.curve === 'PR' && this.summationMethod === 'interpolation') return interpolatedPrecision(counts);
    const [x, y] = CURVES[this.curve](counts);
    const height = HEIGHTS[this.summationMethod];
    return total(x.slice(1).map((next, i) => (x[i]! - next) * height(y[i]!, y[i + 1]!)));
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

const HEIGHTS = {
  interpolation: (a: number, b: number) => (a + b) / 2,
  minoring: Math.min,
  majoring: Math.max,
};

/** x and y of each curve at each threshold. */
const CURVES: Readonly<Record<'ROC' | 'PR' | 'PRGAIN', (counts: Counts) => readonly [number[], number[]]>> = {
  ROC: ({ truePositives, falsePositives, trueNegatives, falseNegatives }) => [
    rates(falsePositives, trueNegatives),
    rates(truePositives, falseNegatives),
  ],
  PR: ({ truePositives, falsePositives, falseNegatives }) => [
    rates(truePositives, falseNegatives),
    rates(truePositives, falsePositives),
  ],
  PRGAIN: ({ truePositives, falsePositives, trueNegatives, falseNegatives }) => {
    // Gains are 1 - (P ÷ N) · misses ÷ hits; without hits recall gains 0 and precision 1, and recall never less than 0.
    const gain = (misses: readonly number[], i: number) => {
      const odds = quotient(truePositives[i]! + falseNegatives[i]!, trueNegatives[i]! + falsePositives[i]!);
      return 1 - odds * quotient(misses[i]!, truePositives[i]!);
    };
    return [
      truePositives.map((hits, i) => (hits === 0 ? 0 : Math.max(0, gain(falseNegatives, i)))),
      truePositives.map((hits, i) => (hits === 0 ? 1 : gain(falsePositives, i))),
    ];
  },
};

/** The area under precision over recall where TP and FP between thresholds are interpolated (Davis & Goadrich 2006). */
function interpolatedPrecision({ truePositives, falsePositives, falseNegatives }: Counts): number {
  const predicted = truePositives.map((hits, i) => hits + falsePositives[i]!);
  return total(
    truePositives.slice(1).map((hits, i) => {
      const moreHits = truePositives[i]! - hits;
      const slope = quotient(moreHits, Math.max(0, predicted[i]! - predicted[i + 1]!));
      const intercept = hits - slope * predicted[i + 1]!;
      const both = predicted[i]! > 0 && predicted[i + 1]! > 0;
      const ratio = both ? predicted[i]! / predicted[i + 1]! : 1;
      const area = slope * (moreHits + intercept * Math.log(ratio));
      return quotient(area, Math.max(0, hits + falseNegatives[i + 1]!));
    }),
  );
}

/** The area under a curve of two rates over many thresholds. */
export const auc = factory(AUC);

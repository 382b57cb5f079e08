/** @file Accuracies: 1 where a prediction is right, 0 where not (Keras' `accuracy_metrics.py`). */

import type { Config } from '../base/config.ts';
import { numberOption, refuseOption } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import { align, classNumberShape } from '../losses/align.ts';
import { argMax, constant, equal, greater, less, mul, oneHot, reshape, sum } from '../ops/index.ts';
import { Metric, type MetricOptions } from './metric.ts';

export interface BinaryAccuracyOptions extends MetricOptions {
  /** Predictions strictly above it count as 1. Default 0.5. */
  readonly threshold?: number;
}

/** For labels 0 and 1: whether a prediction is on the label's side of the threshold. */
export class BinaryAccuracy extends Metric {
  readonly className = 'BinaryAccuracy';
  override readonly direction = 'up';
  readonly threshold: number;

  constructor(options: BinaryAccuracyOptions = {}) {
    super('BinaryAccuracy', options, ['threshold']);
    this.threshold = numberOption('BinaryAccuracy', 'threshold', options.threshold, 0.5, {
      holds: (value) => value > 0 && value < 1,
      expected: 'a number between 0 and 1',
    });
  }

  override build(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, 'Give one label, 0 or 1, per output of the model.');
    return equal(aligned.yTrue, greater(aligned.yPred, constant(this.threshold)));
  }

  override getConfig(): Config {
    return { ...super.getConfig(), threshold: this.threshold };
  }
}

const ONE_HOT_HINT =
  'Categorical accuracy needs one-hot labels; for class numbers use sparseCategoricalAccuracy.';

/** For one-hot labels: whether the largest prediction is the true class'. */
export class CategoricalAccuracy extends Metric {
  readonly className = 'CategoricalAccuracy';
  override readonly direction = 'up';

  constructor(options: MetricOptions = {}) {
    super('CategoricalAccuracy', options);
  }

  override build(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, ONE_HOT_HINT);
    return equal(argMax(aligned.yTrue), argMax(aligned.yPred));
  }
}

/** For class numbers: whether the largest prediction is the true class'. */
export class SparseCategoricalAccuracy extends Metric {
  readonly className = 'SparseCategoricalAccuracy';
  override readonly direction = 'up';

  constructor(options: MetricOptions = {}) {
    super('SparseCategoricalAccuracy', options);
  }

  override build(yTrue: Node, yPred: Node): Node {
    const numbers = reshape(yTrue, classNumberShape(this.name, yTrue.shape, yPred.shape));
    return equal(numbers, argMax(yPred));
  }
}

export interface TopKOptions extends MetricOptions {
  /** How many of the largest predictions count. Default 5. */
  readonly k?: number;
}

/** What the two top-k accuracies share. Predictions equal to the true class' do not push it out of the top. */
abstract class TopK extends Metric {
  override readonly direction = 'up';
  readonly k: number;

  constructor(className: string, options: TopKOptions, known: readonly string[] = []) {
    super(className, options, ['k', ...known]);
    this.k = numberOption(className, 'k', options.k, 5, {
      holds: (value) => Number.isInteger(value) && value > 0,
      expected: 'a whole number from 1 up',
    });
  }

  override getConfig(): Config {
    return { ...super.getConfig(), k: this.k };
  }

  /** 1 where fewer than k predictions are larger than that of the class `numbers` names. */
  protected inTopK(numbers: Node, yPred: Node): Node {
    const classes = yPred.shape.at(-1)!;
    const score = sum(mul(oneHot(numbers, classes), yPred), { axes: [-1], keepDims: true });
    return less(sum(greater(yPred, score), { axes: [-1] }), constant(this.k));
  }
}

/** For one-hot labels: whether the true class is among the k largest predictions. */
export class TopKCategoricalAccuracy extends TopK {
  readonly className = 'TopKCategoricalAccuracy';

  constructor(options: TopKOptions = {}) {
    super('TopKCategoricalAccuracy', options);
  }

  override build(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, ONE_HOT_HINT);
    return this.inTopK(argMax(aligned.yTrue), aligned.yPred);
  }
}

/** For class numbers: whether the true class is among the k largest predictions. */
export class SparseTopKCategoricalAccuracy extends TopK {
  readonly className = 'SparseTopKCategoricalAccuracy';

  constructor(options: TopKOptions = {}) {
    super('SparseTopKCategoricalAccuracy', options, ['fromSortedIds']);
    const { fromSortedIds } = options as { fromSortedIds?: unknown };
    refuseOption('SparseTopKCategoricalAccuracy', 'fromSortedIds', fromSortedIds, false);
  }

  override build(yTrue: Node, yPred: Node): Node {
    return this.inTopK(reshape(yTrue, classNumberShape(this.name, yTrue.shape, yPred.shape)), yPred);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), from_sorted_ids: false };
  }
}

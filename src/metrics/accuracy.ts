/** @file Accuracies: 1 where a prediction is right, 0 where not (Keras' `accuracy_metrics.py`). */

import type { Node } from '../graph/node.ts';
import { align, classNumberShape } from '../losses/align.ts';
import { argMax, constant, equal, greater, less, max, mul, oneHot, reshape, sum } from '../ops/index.ts';
import { slicePart } from '../ops/slice.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, number } from '../options/kinds.ts';
import { MeanMetric } from './mean.ts';

/** Whether a prediction is equal to its label: for predicted class numbers, and not for scores. */
export class Accuracy extends MeanMetric {
  static override readonly className = 'Accuracy';
  override readonly direction = 'up';

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, 'Give one label per prediction.');
    return equal(aligned.yTrue, aligned.yPred);
  }
}

/** For labels 0 and 1: whether a prediction is on the label's side of the threshold. */
export class BinaryAccuracy extends withOptions(MeanMetric, {
  /** Predictions strictly above it count as 1. Default 0.5. */
  threshold: number(0.5, { above: 0, below: 1 }),
}) {
  static override readonly className = 'BinaryAccuracy';
  override readonly direction = 'up';

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, 'Give one label, 0 or 1, per output of the model.');
    return equal(aligned.yTrue, greater(aligned.yPred, constant(Math.fround(this.threshold))));
  }
}

const ONE_HOT_HINT =
  'Categorical accuracy needs one-hot labels; for class numbers use sparseCategoricalAccuracy.';

/** For one-hot labels: whether the largest prediction is the true class'. */
export class CategoricalAccuracy extends MeanMetric {
  static override readonly className = 'CategoricalAccuracy';
  override readonly direction = 'up';

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, ONE_HOT_HINT);
    return equal(argMax(aligned.yTrue), argMax(aligned.yPred));
  }
}

/** For class numbers: whether the largest prediction is the true class'. */
export class SparseCategoricalAccuracy extends MeanMetric {
  static override readonly className = 'SparseCategoricalAccuracy';
  override readonly direction = 'up';

  override call(yTrue: Node, yPred: Node): Node {
    const numbers = reshape(yTrue, classNumberShape(this.name, yTrue.shape, yPred.shape));
    return equal(numbers, argMax(yPred));
  }
}

/**
 * The common part of the two top-k accuracies. A prediction that is equal to the true class' prediction does not count
 * as larger.
 */
abstract class TopK extends withOptions(MeanMetric, {
  /** How many of the largest predictions count. Default 5. */
  k: count(5),
}) {
  override readonly direction = 'up';

  /** 1 where fewer than k predictions are larger than that of the class `numbers` names. */
  protected inTopK(numbers: Node, yPred: Node): Node {
    const classes = yPred.shape.at(-1)!;
    const score = sum(mul(oneHot(numbers, classes), yPred), { axes: [-1], keepDims: true });
    return less(sum(greater(yPred, score), { axes: [-1] }), constant(this.k));
  }
}

/** For one-hot labels: whether the true class is among the k largest predictions. */
export class TopKCategoricalAccuracy extends TopK {
  static override readonly className = 'TopKCategoricalAccuracy';

  override call(yTrue: Node, yPred: Node): Node {
    const aligned = align(this.name, yTrue, yPred, ONE_HOT_HINT);
    return this.inTopK(argMax(aligned.yTrue), aligned.yPred);
  }
}

/** For class numbers: whether the true class is among the k largest predictions. */
export class SparseTopKCategoricalAccuracy extends withOptions(TopK, {
  /** The predictions are class numbers, the likeliest first, and not scores. Default false. */
  fromSortedIds: flag(false),
}) {
  static override readonly className = 'SparseTopKCategoricalAccuracy';

  override call(yTrue: Node, yPred: Node): Node {
    const numbers = reshape(yTrue, classNumberShape(this.name, yTrue.shape, yPred.shape));
    if (!this.fromSortedIds) return this.inTopK(numbers, yPred);
    const axis = yPred.shape.length - 1;
    const best = slicePart(yPred, { axis, start: 0, size: Math.min(this.k, yPred.shape[axis]!) });
    return max(equal(reshape(numbers, [...numbers.shape, 1]), best), { axes: [-1] });
  }
}

/** How many predictions are their labels. The name 'accuracy' in `compile` is the accuracy that fits the shapes instead. */
export const accuracy = factory(Accuracy);
/** For labels 0 and 1. */
export const binaryAccuracy = factory(BinaryAccuracy);
/** For one-hot labels. */
export const categoricalAccuracy = factory(CategoricalAccuracy);
/** For class numbers. */
export const sparseCategoricalAccuracy = factory(SparseCategoricalAccuracy);
/** For one-hot labels. */
export const topKCategoricalAccuracy = factory(TopKCategoricalAccuracy);
/** For class numbers. */
export const sparseTopKCategoricalAccuracy = factory(SparseTopKCategoricalAccuracy);

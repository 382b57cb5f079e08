/** @file Intersection over union of classes, from a confusion matrix (Keras' `iou_metrics.py`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import {
  argMax,
  constant,
  floor,
  greaterEqual,
  less,
  mul,
  neg,
  oneHot,
  reshape,
  where,
} from '../ops/index.ts';
import { matmulWeightsGradientOp } from '../ops/matmul.ts';
import { factory, withOptions } from '../options/configurable.ts';
import { count, flag, number, oneOf, unsupported, wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';

const EPSILON = 1e-7;
const EXPECTED_IDS = 'a list of class numbers, whole numbers from 0 up';

function readIds(
  given: unknown,
  place: { readonly owner: string; readonly name: string },
): readonly number[] {
  const valid = Array.isArray(given) && given.every((each) => Number.isSafeInteger(each) && each >= 0);
  if (!valid || given.length === 0) throw wrongValue(place, EXPECTED_IDS, given);
  return given as readonly number[];
}

/** How labels, predictions and weights are read. */
interface Reading {
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly ignoreClass: number | null;
}

/** What all share: the state is the confusion matrix, a row a true class and a column a predicted one. */
abstract class IoUBase extends withOptions(Metric, {
  /** As Keras: 'int64' (default) cuts weights to whole numbers, 'float32' does not. */
  dtype: oneOf('int64', 'float32').also({ int: 'int64' }),
}) {
  override readonly direction = 'up';

  /** Σ over the batch of weight × one-hot true class × one-hot predicted class, [classes, classes]. */
  protected matrix(
    { yTrue, yPred, sampleWeight }: MetricInputs,
    classes: number,
    reading: Reading,
  ): Contributions {
    const truth = this.#numbers(yTrue, reading.sparseYTrue);
    const found = this.#numbers(yPred, reading.sparseYPred);
    const size = sampleSize(truth.shape);
    if (sampleSize(found.shape) !== size) {
      throw new ShapeError(
        `${this.name}: expected a class for each label. Received: target.shape=${formatShape(yTrue.shape)}, ` +
          `output.shape=${formatShape(yPred.shape)}. Scores of classes need sparseYPred: false, one-hot labels sparseYTrue: false.`,
      );
    }
    let rows = oneHot(reshape(truth, [null, size]), classes);
    const ignored = reading.ignoreClass;
    if (ignored !== null && ignored >= 0 && ignored < classes) {
      const kept = Array.from({ length: classes }, (_, i) => (i === ignored ? 0 : 1));
      rows = mul(rows, constant({ values: kept, shape: [classes] }));
    }
    if (sampleWeight !== null) {
      const weight = this.dtype === 'int64' ? cut(sampleWeight) : sampleWeight;
      rows = mul(rows, reshape(weight, [null, 1, 1]));
    }
    const columns = oneHot(reshape(found, [null, size]), classes);
    return { matrix: apply(matmulWeightsGradientOp, [rows, columns], null) };
  }

  /** The mean of TP ÷ (TP + FP + FN) over those of `ids` that occur. */
  protected meanOf({ matrix }: MetricState, classes: number, ids: readonly number[]): number {
    const at = (row: number, column: number) => matrix![row * classes + column]!;
    let sum = 0;
    let present = 0;
    for (const id of ids) {
      let union = -at(id, id);
      for (let other = 0; other < classes; other++) union += at(id, other) + at(other, id);
      if (union <= 1e-9) continue;
      sum += at(id, id) / (union + EPSILON);
      present++;
    }
    return sum / (present + EPSILON);
  }

  /** Class numbers, as they are or the places of the largest scores. */
  #numbers(x: Node, sparse: boolean): Node {
    if (!sparse) return argMax(x);
    return this.dtype === 'int64' ? cut(x) : floor(x);
  }
}

/** The whole part: 1.7 → 1, -1.7 → -1. */
function cut(x: Node): Node {
  return where(less(x, constant(0)), neg(floor(neg(x))), floor(x));
}

const NUM_CLASSES = {
  /** How many classes there are. */
  numClasses: count(),
};
const TARGETS = {
  /** Numbers of the classes whose mean is reported. */
  targetClassIds: new Option<readonly number[], readonly number[], true>({
    expected: EXPECTED_IDS,
    read: readIds,
  }),
};
const IGNORE = {
  /** A class whose labels are left out, such as 255 for "unknown". Default null. */
  ignoreClass: new Option<number | null, number | null, false>({
    expected: 'a whole number, or null',
    nullable: true,
    fallback: () => null,
    read(given, place) {
      if (given === null || Number.isSafeInteger(given)) return given as number | null;
      throw wrongValue(place, 'a whole number', given);
    },
  }),
};
const SPARSE = {
  /** Labels are class numbers, and not one-hot. Default true. */
  sparseYTrue: flag(true),
  /** Predictions are class numbers, and not scores of classes. Default true. */
  sparseYPred: flag(true),
};
const SCORES = {
  /** Predictions are class numbers, and not scores of classes. Default false. */
  sparseYPred: flag(false),
};
const AXIS = { axis: unsupported(-1) };

/** Throws ValueError for a class that is none. */
function checkIds(who: string, ids: readonly number[], classes: number): void {
  if (Math.max(...ids) < classes) return;
  throw new ValueError(`${who}: targetClassIds ${JSON.stringify(ids)} must be below numClasses, ${classes}.`);
}

/** Mean over the target classes of intersection ÷ union. */
export class IoU extends withOptions(IoUBase, { ...NUM_CLASSES, ...TARGETS, ...IGNORE, ...SPARSE, ...AXIS }) {
  static override readonly className = 'IoU';

  override update(inputs: MetricInputs): Contributions {
    return this.matrix(inputs, this.numClasses, this);
  }

  override compute(state: MetricState): number {
    return this.meanOf(state, this.numClasses, this.targetClassIds);
  }

  protected override checkOptions(): void {
    checkIds('IoU', this.targetClassIds, this.numClasses);
  }
}

/** Mean over all classes of intersection ÷ union. */
export class MeanIoU extends withOptions(IoUBase, { ...NUM_CLASSES, ...IGNORE, ...SPARSE, ...AXIS }) {
  static override readonly className = 'MeanIoU';

  override update(inputs: MetricInputs): Contributions {
    return this.matrix(inputs, this.numClasses, this);
  }

  override compute(state: MetricState): number {
    return this.meanOf(state, this.numClasses, [...Array(this.numClasses).keys()]);
  }
}

/** `IoU` for one-hot labels. */
export class OneHotIoU extends withOptions(IoUBase, {
  ...NUM_CLASSES,
  ...TARGETS,
  ...IGNORE,
  ...SCORES,
  ...AXIS,
}) {
  static override readonly className = 'OneHotIoU';

  override update(inputs: MetricInputs): Contributions {
    const { sparseYPred, ignoreClass } = this;
    return this.matrix(inputs, this.numClasses, { sparseYTrue: false, sparseYPred, ignoreClass });
  }

  override compute(state: MetricState): number {
    return this.meanOf(state, this.numClasses, this.targetClassIds);
  }

  protected override checkOptions(): void {
    checkIds('OneHotIoU', this.targetClassIds, this.numClasses);
  }
}

/** `MeanIoU` for one-hot labels. */
export class OneHotMeanIoU extends withOptions(IoUBase, { ...NUM_CLASSES, ...IGNORE, ...SCORES, ...AXIS }) {
  static override readonly className = 'OneHotMeanIoU';

  override update(inputs: MetricInputs): Contributions {
    const { sparseYPred, ignoreClass } = this;
    return this.matrix(inputs, this.numClasses, { sparseYTrue: false, sparseYPred, ignoreClass });
  }

  override compute(state: MetricState): number {
    return this.meanOf(state, this.numClasses, [...Array(this.numClasses).keys()]);
  }
}

/** Intersection ÷ union of the classes 0 and 1, for predictions from 0 to 1. */
export class BinaryIoU extends withOptions(IoUBase, {
  /** [0], [1] or both (default), whose mean is reported. */
  targetClassIds: new Option<readonly number[], readonly number[], false>({
    expected: EXPECTED_IDS,
    read: readIds,
    fallback: () => [0, 1],
  }),
  /** Predictions from here up are class 1. Default 0.5. */
  threshold: number(0.5),
}) {
  static override readonly className = 'BinaryIoU';

  override update(inputs: MetricInputs): Contributions {
    const yPred = greaterEqual(inputs.yPred, constant(Math.fround(this.threshold)));
    return this.matrix({ ...inputs, yPred }, 2, { sparseYTrue: true, sparseYPred: true, ignoreClass: null });
  }

  override compute(state: MetricState): number {
    return this.meanOf(state, 2, this.targetClassIds);
  }

  protected override checkOptions(): void {
    checkIds('BinaryIoU', this.targetClassIds, 2);
  }
}

/** Mean over the target classes of intersection ÷ union. */
export const ioU = factory(IoU);
/** Mean over all classes of intersection ÷ union. */
export const meanIoU = factory(MeanIoU);
/** `ioU` for one-hot labels. */
export const oneHotIoU = factory(OneHotIoU);
/** `meanIoU` for one-hot labels. */
export const oneHotMeanIoU = factory(OneHotMeanIoU);
/** Intersection ÷ union of the classes 0 and 1. */
export const binaryIoU = factory(BinaryIoU);

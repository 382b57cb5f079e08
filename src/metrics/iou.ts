/** @file Intersection over union of classes, from a confusion matrix (Keras' `iou_metrics.py`). */

import { ShapeError, ValueError } from '../base/errors.ts';
import { formatShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import { spreadWeights } from '../losses/weights.ts';
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
import { count, flag, number, numbers, oneOf, unsupported, wholeNumber } from '../options/kinds.ts';
import type { Contributions, MetricState } from './contributions.ts';
import { Metric, type MetricInputs } from './metric.ts';

const EPSILON = 1e-7;
/** Which classes there are, and how labels and predictions are read. */
interface Reading {
  readonly numClasses: number;
  readonly sparseYTrue: boolean;
  readonly sparseYPred: boolean;
  readonly ignoreClass: number | null;
}

/**
 * The common part: the state is the confusion matrix, with a row for each true class and a column for each predicted
 * class.
 */
abstract class IoUBase extends withOptions(Metric, {
  /** As Keras': 'int64' cuts weights to whole numbers, 'float32' does not. Default 'int64'. */
  dtype: oneOf('int64', 'float32').also({ int: 'int64' }),
}) {
  override readonly direction = 'up';

  protected abstract get reading(): Reading;

  /** Numbers of the classes whose mean is reported. */
  protected abstract get targets(): readonly number[];

  override update({ yTrue, yPred, sampleWeight }: MetricInputs): Contributions {
    const { numClasses, sparseYTrue, sparseYPred, ignoreClass } = this.reading;
    const truth = this.#numbers(yTrue, sparseYTrue);
    const found = this.#numbers(yPred, sparseYPred);
    const size = sampleSize(truth.shape);
    if (sampleSize(found.shape) !== size) {
      throw new ShapeError(
        `${this.name}: expected a class for each label. Received: target.shape=${formatShape(yTrue.shape)}, ` +
          `output.shape=${formatShape(yPred.shape)}. Scores of classes need sparseYPred: false, one-hot labels sparseYTrue: false.`,
      );
    }
    let rows = oneHot(reshape(truth, [null, size]), numClasses);
    if (ignoreClass !== null) {
      const kept = Array.from({ length: numClasses }, (_, i) => (i === ignoreClass ? 0 : 1));
      rows = mul(rows, constant({ values: kept, shape: [numClasses] }));
    }
    if (sampleWeight !== null) {
      const weights = spreadWeights(this.name, sampleWeight, truth.shape);
      rows = mul(rows, reshape(this.dtype === 'int64' ? cut(weights) : weights, [null, size, 1]));
    }
    // Σ over the batch of weight × one-hot true class × one-hot predicted class, [classes, classes].
    const columns = oneHot(reshape(found, [null, size]), numClasses);
    return { matrix: apply(matmulWeightsGradientOp, [rows, columns], null) };
  }

  override compute({ matrix }: MetricState): number {
    const classes = this.reading.numClasses;
    const at = (row: number, column: number) => matrix![row * classes + column]!;
    let sum = 0;
    let present = 0;
    for (const id of this.targets) {
      let union = -at(id, id);
      for (let other = 0; other < classes; other++) union += at(id, other) + at(other, id);
      if (union <= 1e-9) continue;
      sum += at(id, id) / (union + EPSILON);
      present++;
    }
    return sum / (present + EPSILON);
  }

  protected override checkOptions(): void {
    const { targets } = this;
    if (Math.max(...targets) < this.reading.numClasses) return;
    throw new ValueError(
      `${this.className}: targetClassIds ${JSON.stringify(targets)} must be below numClasses, ${this.reading.numClasses}.`,
    );
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

const CLASS_IDS = { whole: true, atLeast: 0 };
const CLASSES = {
  /** How many classes there are. */
  numClasses: count(),
};
const TARGETS = {
  /** Numbers of the classes whose mean is reported. */
  targetClassIds: numbers(undefined, CLASS_IDS),
};
const IGNORE = {
  /** A class whose labels are left out, such as 255 for "unknown". Default null. */
  ignoreClass: wholeNumber(null),
};
/** Mean over all classes of intersection ÷ union. */
export class MeanIoU extends withOptions(IoUBase, {
  ...CLASSES,
  ...IGNORE,
  /** Labels are class numbers, and not one-hot. Default true. */
  sparseYTrue: flag(true),
  /** Predictions are class numbers, and not scores of classes. Default true. */
  sparseYPred: flag(true),
  axis: unsupported(-1),
}) {
  static override readonly className: string = 'MeanIoU';

  protected override get reading(): Reading {
    return this;
  }

  protected override get targets(): readonly number[] {
    return [...Array(this.numClasses).keys()];
  }
}

/** Mean over the target classes of intersection ÷ union. */
export class IoU extends withOptions(MeanIoU, TARGETS) {
  static override readonly className = 'IoU';

  protected override get targets(): readonly number[] {
    return this.targetClassIds;
  }
}

/** `MeanIoU` for one-hot labels. */
export class OneHotMeanIoU extends withOptions(IoUBase, {
  ...CLASSES,
  ...IGNORE,
  /** Predictions are class numbers, and not scores of classes. Default false. */
  sparseYPred: flag(false),
  axis: unsupported(-1),
}) {
  static override readonly className: string = 'OneHotMeanIoU';

  protected override get reading(): Reading {
    const { numClasses, sparseYPred, ignoreClass } = this;
    return { numClasses, sparseYTrue: false, sparseYPred, ignoreClass };
  }

  protected override get targets(): readonly number[] {
    return [...Array(this.numClasses).keys()];
  }
}

/** `IoU` for one-hot labels. */
export class OneHotIoU extends withOptions(OneHotMeanIoU, TARGETS) {
  static override readonly className = 'OneHotIoU';

  protected override get targets(): readonly number[] {
    return this.targetClassIds;
  }
}

/** Intersection ÷ union of the classes 0 and 1, for predictions from 0 to 1. */
export class BinaryIoU extends withOptions(IoUBase, {
  /** [0], [1] or both, whose mean is reported. Default [0, 1]. */
  targetClassIds: numbers([0, 1], CLASS_IDS),
  /** Predictions from here up are class 1. Default 0.5. */
  threshold: number(0.5),
}) {
  static override readonly className = 'BinaryIoU';

  protected override get reading(): Reading {
    return { numClasses: 2, sparseYTrue: true, sparseYPred: true, ignoreClass: null };
  }

  override update(inputs: MetricInputs): Contributions {
    return super.update({
      ...inputs,
      yPred: greaterEqual(inputs.yPred, constant(Math.fround(this.threshold))),
    });
  }

  protected override get targets(): readonly number[] {
    return this.targetClassIds;
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

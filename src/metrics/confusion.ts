/**
 * @file Counts of true and false positives at one or many thresholds, the state of precision, AUC and similar metrics
 * (Keras' `metrics_utils.update_confusion_matrix_variables`).
 */

import { ShapeError } from '../base/errors.ts';
import { formatShape, sampleSize } from '../base/shape.ts';
import { apply, type Node } from '../graph/node.ts';
import { align } from '../losses/align.ts';
import { spreadWeights } from '../losses/weights.ts';
import { add, argMax, constant, greater, mul, notEqual, oneHot, reshape, sum, where } from '../ops/index.ts';
import { matmulWeightsGradientOp } from '../ops/matmul.ts';
import { slicePart } from '../ops/slice.ts';
import type { Contributions, MetricState } from './contributions.ts';
import type { MetricInputs } from './metric.ts';

/** Which predictions are counted, and how. */
export interface CountOptions {
  /** The metric's name, for messages. */
  readonly name: string;
  /** A prediction above it is positive: one count for each. */
  readonly cutoffs: readonly number[];
  /** Only the k largest predictions of each row can be positive. */
  readonly topK?: number | null;
  /** Only the class of this number counts. */
  readonly classId?: number | null;
  /** Factors of the labels, the last axis. */
  readonly labelWeights?: readonly number[] | null;
  /** Counts for each label apart: predictions [batch, labels]. */
  readonly perLabel?: boolean;
}

/** Counts, weighted, at each cutoff. */
export interface Counts {
  readonly truePositives: readonly number[];
  readonly falsePositives: readonly number[];
  readonly trueNegatives: readonly number[];
  readonly falseNegatives: readonly number[];
}

/** Keras' number for "not among the top": below all thresholds. */
export const NEVER = -1e10;

const HINT = 'Give one label, 0 or 1, per prediction; one-hot labels for classes.';

/**
 * A batch's part of the state: `above`, for each label the positives and negatives above each cutoff, [labels, 2,
 * cutoffs]; `all`, all positives and negatives, [labels, 2]. Labels that are counted together count as one label.
 * Throws ShapeError when labels and predictions do not fit.
 */
export function countAbove(
  { yTrue, yPred, sampleWeight }: MetricInputs,
  options: CountOptions,
): Contributions {
  const { name, cutoffs, topK = null, classId = null, labelWeights = null, perLabel = false } = options;
  const aligned = align(name, yTrue, yPred, HINT);
  let labels = notEqual(aligned.yTrue, constant(0));
  let predictions = topK === null ? aligned.yPred : keepTop(name, aligned.yPred, topK);
  if (classId !== null)
    [labels, predictions] = [column(name, labels, classId), column(name, predictions, classId)];
  if (perLabel && predictions.shape.length !== 2) {
    throw new ShapeError(
      `${name}: multiLabel needs predictions [batch, labels], received ${formatShape(yPred.shape)}.`,
    );
  }
  const size = sampleSize(predictions.shape);
  let parts = positivesAndNegatives(labels, labelWeights, size);
  if (sampleWeight !== null) {
    const weights = spreadWeights(name, sampleWeight, predictions.shape);
    parts = mul(parts, reshape(weights, [null, size, 1]));
  }
  const above = greater(
    reshape(predictions, [null, size, 1]),
    constant({ values: cutoffs, shape: [cutoffs.length] }),
  );
  if (!perLabel) {
    // Σ over batch and predictions of partsᵀ · above, [2, cutoffs].
    return { above: apply(matmulWeightsGradientOp, [parts, above], null), all: sum(parts, { axes: [0, 1] }) };
  }
  const products = mul(reshape(parts, [null, size, 2, 1]), reshape(above, [null, size, 1, cutoffs.length]));
  return { above: sum(products, { axes: [0] }), all: sum(parts, { axes: [0] }) };
}

/** [batch, …] labels → [batch, size, 2]: 1, 0 for a positive, 0, 1 for a negative, times the labels' weights. */
function positivesAndNegatives(labels: Node, labelWeights: readonly number[] | null, size: number): Node {
  const pair = (values: readonly number[]) => constant({ values, shape: [2] });
  const each = reshape(labels, [null, size, 1]);
  const parts = add(mul(each, pair([1, -1])), pair([0, 1]));
  if (labelWeights === null) return parts;
  const repeated = Array.from({ length: size }, (_, i) => labelWeights[i % labelWeights.length]!);
  return mul(parts, constant({ values: repeated, shape: [size, 1] }));
}

/** One class' column, [batch, …, 1]. */
function column(name: string, x: Node, classId: number): Node {
  const classes = x.shape.at(-1)!;
  if (x.shape.length < 2 || classId >= classes) {
    throw new ShapeError(
      `${name}: classId ${classId} needs predictions [batch, classes] of more than ${classId} classes, received ${formatShape(x.shape)}.`,
    );
  }
  return slicePart(x, { axis: x.shape.length - 1, start: classId, size: 1 });
}

/** The k largest predictions of each row as they are, of equal ones the first; the others far below all thresholds. */
function keepTop(name: string, x: Node, k: number): Node {
  const classes = x.shape.at(-1)!;
  if (x.shape.length < 2 || k > classes) {
    throw new ShapeError(
      `${name}: topK ${k} needs at least as many classes, received ${formatShape(x.shape)}.`,
    );
  }
  let left = x;
  let kept: Node | null = null;
  for (let i = 0; i < k; i++) {
    const largest = oneHot(argMax(left), classes);
    kept = kept === null ? largest : add(kept, largest);
    if (i < k - 1) left = where(largest, constant(-3e38), left);
  }
  return where(kept!, x, constant(NEVER));
}

/** The counts of a state, for each label. */
export function countsOf({ above, all }: MetricState, cutoffs: number): Counts[] {
  return Array.from({ length: all!.length / 2 }, (_, label) => {
    const at = 2 * label;
    const truePositives = [...above!.subarray(at * cutoffs, (at + 1) * cutoffs)];
    const falsePositives = [...above!.subarray((at + 1) * cutoffs, (at + 2) * cutoffs)];
    return {
      truePositives,
      falsePositives,
      falseNegatives: truePositives.map((count) => all![at]! - count),
      trueNegatives: falsePositives.map((count) => all![at + 1]! - count),
    };
  });
}

/** a ÷ b; 0 where b is 0. */
export function quotient(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

/** part ÷ (part + rest), element by element. */
export function rates(part: readonly number[], rest: readonly number[]): number[] {
  return part.map((value, i) => quotient(value, value + rest[i]!));
}

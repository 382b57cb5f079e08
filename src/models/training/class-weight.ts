/** @file Weights of classes turned into weights of samples (Keras' `data_adapter_utils.class_weight_to_sample_weights`). */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { describeValue } from '../../base/options.ts';
import { formatShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import { isRecord } from '../structure.ts';
import type { Examples } from './batch.ts';
import type { ClassWeight } from './run-options.ts';

/**
 * `data` with a weight for each sample from its class: the label, or the place of the largest number of a one-hot row.
 * Throws ValueError when there are sample weights already, or several targets, or a weight that is not a number.
 */
export function withClassWeight(data: Examples, classWeight: ClassWeight | undefined): Examples {
  if (classWeight === undefined || classWeight === null) return data;
  const entries = isRecord(classWeight) ? Object.entries(classWeight) : null;
  const wrong = entries?.find(([label, weight]) => !isWeight(label, weight));
  if (entries === null || wrong !== undefined) {
    const received =
      wrong === undefined ? describeValue(classWeight) : `${wrong[0]}: ${describeValue(wrong[1])}`;
    throw new ValueError(
      `classWeight must be a record of class numbers and weights, such as { 0: 1, 1: 2.5 }, received ${received}.`,
    );
  }
  if (data.sampleWeights !== null) {
    throw new ValueError(
      'You cannot use `classWeight` and `sampleWeight` at the same time. Multiply the weights of the classes into sampleWeight.',
    );
  }
  if (data.y.length !== 1)
    throw new ValueError('`classWeight` is only supported for models with a single output.');
  const labels = classNumbers(data.y[0]!);
  const weights = Float32Array.from(labels, (label) => (classWeight as ClassWeight)[label] ?? 1);
  return { ...data, sampleWeights: [new Tensor([data.samples], 'float32', weights)] };
}

function isWeight(label: string, weight: unknown): boolean {
  return /^\d+$/.test(label) && typeof weight === 'number' && Number.isFinite(weight);
}

function classNumbers(labels: Tensor): ArrayLike<number> {
  if (labels.rank > 2) {
    throw new ShapeError(
      `\`classWeight\` needs labels of shape [samples] or [samples, classes], received ${formatShape(labels.shape)}.`,
    );
  }
  return labels.rank === 2 && labels.shape[1]! > 1 ? labels.argMax().data : labels.data;
}

/** @file One-hot rows from class numbers (Keras' `to_categorical`). */

import { ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import type { TensorSource } from '../base/tensor-create.ts';

function checkLabels(labels: Tensor, numClasses: number | undefined): void {
  for (let i = 0; i < labels.size; i++) {
    const label = labels.data[i]!;
    if (!Number.isInteger(label) || label < 0) {
      throw new ValueError(
        `toCategorical: label ${i} is ${label}; expected a class number, whole and from 0 up.`,
      );
    }
    if (numClasses !== undefined && label >= numClasses) {
      throw new ValueError(
        `toCategorical: label ${i} is ${label}, but numClasses is ${numClasses}; expected 0 to ${numClasses - 1}.`,
      );
    }
  }
}

/**
 * One-hot rows: 1 at the place of the class number, 0 elsewhere.
 *
 * @param labels Class numbers `[n]` or `[n, 1]` (any rank; a last extent of 1 is dropped), as Tensor or array.
 * @param numClasses Length of a row; without it, the largest label + 1.
 * @returns float32 `[n, numClasses]`.
 * @throws ValueError naming index and value of a label that is negative, fractional, NaN, or not below `numClasses`.
 */
export function toCategorical(labels: Tensor | TensorSource, numClasses?: number): Tensor {
  const classes = labels instanceof Tensor ? labels : tensor(labels);
  if (numClasses !== undefined && (!Number.isInteger(numClasses) || numClasses < 1)) {
    throw new ValueError(
      `toCategorical: numClasses must be a whole number from 1 up, received ${String(numClasses)}.`,
    );
  }
  checkLabels(classes, numClasses);
  if (numClasses === undefined && classes.size === 0) {
    throw new ValueError('toCategorical: there are no labels to count the classes of; pass numClasses.');
  }
  const width = numClasses ?? classes.max().item() + 1;
  const out = new Float32Array(classes.size * width);
  for (let i = 0; i < classes.size; i++) out[i * width + classes.data[i]!] = 1;
  const { shape } = classes;
  const rows = shape.length > 1 && shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
  return new Tensor([...rows, width], 'float32', out);
}

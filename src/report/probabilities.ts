/** @file What a classifier gives, as probabilities of its classes. */

import { ValueError } from '../base/errors.ts';
import type { Tensor } from '../base/tensor.ts';
import type { Model } from '../models/model.ts';
import { isProbability } from '../visualization/model-score.ts';
import { traceModel } from '../visualization/traced-model.ts';

/** Whether all rows are probabilities of several classes: from 0 to 1, with sum 1. One number says nothing about that. */
function areProbabilities(values: Float32Array, width: number): boolean {
  if (width === 1) return false;
  for (let at = 0; at < values.length; at += width) {
    let sum = 0;
    for (let c = 0; c < width; c++) {
      const value = values[at + c]!;
      if (!(value >= 0 && value <= 1)) return false;
      sum += value;
    }
    if (Math.abs(sum - 1) > 1e-3) return false;
  }
  return true;
}

/** A row of probabilities: as it is, or of logits. A single unit tells the second of two classes. */
function probabilitiesOf(row: Float32Array, given: boolean): Float32Array {
  if (row.length === 1) {
    const p = given ? row[0]! : 1 / (1 + Math.exp(-row[0]!));
    return Float32Array.of(1 - p, p);
  }
  if (given) return row;
  const top = row.reduce((a, b) => Math.max(a, b));
  const powers = row.map((value) => Math.exp(value - top));
  const sum = powers.reduce((total, value) => total + value, 0);
  return powers.map((value) => value / sum);
}

/**
 * A function that makes of a batch of a model's results [n, …] a row of probabilities for each sample. A model that ends in a
 * softmax or sigmoid gives probabilities. Another one gives logits, unless the rows of its first batch are probabilities of
 * several classes, which then counts for all batches. The function throws ValueError for numbers that are not finite.
 */
export function probabilityReader(how: string, model: Model): (scores: Tensor) => Float32Array[] {
  const [output] = traceModel(how, model).outputs;
  let given = isProbability(output!) ? true : null;
  return (scores) => {
    if (!scores.allFinite()) {
      throw new ValueError(
        `${how}: '${model.name}' gives numbers that are NaN or infinite: its weights do not fit, or its training failed. Train ` +
          'it again.',
      );
    }
    const values = scores.data as Float32Array;
    const samples = scores.shape[0]!;
    const width = values.length / samples;
    given ??= areProbabilities(values, width);
    const isGiven = given;
    return Array.from({ length: samples }, (_, i) =>
      probabilitiesOf(values.slice(i * width, (i + 1) * width), isGiven),
    );
  };
}

/**
 * @file Score-CAM: without gradients. The image is shown through each map as a mask, and a map counts as much as the score then
 * rises above that of an image of zeros (softmax over all maps). Source: Wang et al. 2020, "Score-CAM: Score-Weighted Visual
 * Explanations for Convolutional Neural Networks" (arXiv 1910.01279).
 */

import { Tensor } from '../../base/tensor.ts';
import { stretch } from '../stretch.ts';
import { type ActivationMethod, type Maps, weightedSum } from './maps.ts';

/** Map `k` between 0 and 1; null where it is the same everywhere and masks nothing. */
function maskOf({ height, width, filters, data }: Maps, k: number): Tensor | null {
  const map = Float32Array.from({ length: height * width }, (_, place) => data[place * filters + k]!);
  let [least, most] = [Infinity, -Infinity];
  for (const value of map) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  if (most === least) return null;
  return new Tensor(
    [height, width, 1],
    'float32',
    map.map((value) => (value - least) / (most - least)),
  );
}

export const scoreCam: ActivationMethod = async ({ maps, question, explainedInput }) => {
  const varied = explainedInput();
  const [height, width] = question.inputs[varied]!.shape.slice(1) as [number, number];
  const masks = Array.from({ length: maps.filters }, (_, k) => maskOf(maps, k));
  const used = masks.flatMap((mask, k) => (mask === null ? [] : [k]));
  const scores = new Float64Array(used.length);
  await question.variants('scores', () => [], {
    count: used.length,
    varied,
    write: (variant, numbers) => {
      const mask = stretch(masks[used[variant]!]!, height, width).data;
      const channels = numbers.length / mask.length;
      for (let i = 0; i < numbers.length; i++) numbers[i]! *= mask[Math.floor(i / channels)]!;
    },
    read: (variant, score) => (scores[variant] = score),
  });
  // The score of zeros is the same for all, so softmax drops it.
  const most = scores.reduce((a, b) => Math.max(a, b), -Infinity);
  const exps = scores.map((score) => Math.exp(score - most));
  const total = exps.reduce((sum, value) => sum + value, 0);
  const weights = new Float64Array(maps.filters);
  used.forEach((k, i) => (weights[k] = exps[i]! / total));
  return weightedSum(maps, weights);
};

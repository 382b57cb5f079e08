/**
 * @file Integrated gradients: the gradient along the straight way from a baseline to the image, so that the map adds up to the
 * change of the score. Source: Sundararajan et al. 2017, "Axiomatic Attribution for Deep Networks" (arXiv 1703.01365); the
 * integral by the trapezoidal rule.
 */

import { ShapeError, ValueError } from '../../base/errors.ts';
import { numberOption, wholeNumberOption } from '../../base/options.ts';
import { formatShape, sameShape } from '../../base/shape.ts';
import { Tensor } from '../../base/tensor.ts';
import {
  type AttributionRule,
  type AttributionSample,
  gradientAtImage,
  inputGradient,
  mapLike,
  type PixelValues,
} from './pixels.ts';

/** Options of `integratedGradients`. */
export interface IntegratedGradientsOptions {
  /** Into how many pieces the way is cut; the gradient is taken at their ends. Default 50. */
  readonly steps?: number;
  /**
   * An image in which there is nothing: a number for all pixels, or a Tensor in the shape of the image, in the units of the
   * model's input. Default 0: black where pixels are 0 … 1 or 0 … 255, grey where they are -1 … 1.
   */
  readonly baseline?: number | Tensor;
}

function baselineNumbers({ image }: AttributionSample, given: number | Tensor | undefined): Float32Array {
  if (!(given instanceof Tensor)) {
    return new Float32Array(image.size).fill(numberOption('integratedGradients', 'baseline', given, 0));
  }
  const shape = image.shape.slice(1);
  if (sameShape(given.shape, shape) || sameShape(given.shape, image.shape)) {
    if (given.allFinite()) return given.cast('float32').data as Float32Array;
    throw new ValueError('integratedGradients: the baseline has numbers that are NaN or infinite.');
  }
  throw new ShapeError(
    `integratedGradients: the baseline has shape ${formatShape(given.shape)}, expected that of the image, ${formatShape(shape)}.`,
  );
}

async function explain(sample: AttributionSample, options: IntegratedGradientsOptions): Promise<PixelValues> {
  const steps = wholeNumberOption('integratedGradients', 'steps', options.steps, 50, 1);
  const { image, question, input } = sample;
  const start = baselineNumbers(sample, options.baseline);
  const way = (image.data as Float32Array).map((value, i) => value - start[i]!);
  const sums = new Float64Array(image.size);
  let startScore = 0;
  const { answered } = await gradientAtImage(sample);
  await question.only(0, answered.target).variants(...inputGradient(sample), {
    count: steps + 1,
    varied: input,
    write: (step, numbers) => way.forEach((value, i) => (numbers[i] = start[i]! + (step / steps) * value)),
    read: (step, score, [gradient]) => {
      const share = (step === 0 || step === steps ? 0.5 : 1) / steps;
      gradient!.forEach((value, i) => (sums[i]! += share * value * way[i]!));
      if (step === 0) startScore = score;
    },
  });
  const scoreChange = answered.score - startScore;
  const total = sums.reduce((sum, value) => sum + value, 0);
  return {
    answered,
    map: mapLike(sample, sums),
    completeness: { scoreChange, completenessGap: Math.abs(total - scoreChange) },
  };
}

export const integratedGradients: AttributionRule<IntegratedGradientsOptions> = {
  options: ['steps', 'baseline'],
  explain,
};

/**
 * @file SmoothGrad: the mean gradient over noisy versions of the image. Source: Smilkov et al. 2017, "SmoothGrad: removing noise by
 * adding noise" (arXiv 1706.03825).
 */

import { NOT_NEGATIVE, numberOption, wholeNumberOption } from '../../base/options.ts';
import { nextSeed, RandomGenerator } from '../../base/random.ts';
import {
  type AttributionRule,
  type AttributionSample,
  gradientAtImage,
  inputGradient,
  mapLike,
  type PixelValues,
} from './pixels.ts';

/** Options of `smoothGrad`. */
export interface SmoothGradOptions {
  /** How many noisy versions. Default 50. */
  readonly samples?: number;
  /** The noise's standard deviation, as a share of the image's largest number minus its smallest. Default 0.15. */
  readonly noise?: number;
  /** Of the noise. Default: one that follows from `utils.setRandomSeed`. */
  readonly seed?: number;
}

async function explain(sample: AttributionSample, options: SmoothGradOptions): Promise<PixelValues> {
  const count = wholeNumberOption('smoothGrad', 'samples', options.samples, 50, 1);
  const noise = numberOption('smoothGrad', 'noise', options.noise, 0.15, NOT_NEGATIVE);
  const random = new RandomGenerator(options.seed ?? nextSeed());
  const { image, question, input } = sample;
  const { answered } = await gradientAtImage(sample);
  const deviation = noise * (image.max().item() - image.min().item());
  const sums = new Float64Array(image.size);
  await question.only(0, answered.target).variants(...inputGradient(sample), {
    count,
    varied: input,
    write: (_, numbers) => {
      for (let i = 0; i < numbers.length; i++) numbers[i]! += random.normal(0, deviation);
    },
    read: (_, _score, [gradient]) => gradient!.forEach((value, i) => (sums[i]! += value / count)),
  });
  return { answered, map: mapLike(sample, sums) };
}

export const smoothGrad: AttributionRule<SmoothGradOptions> = {
  options: ['samples', 'noise', 'seed'],
  explain,
};

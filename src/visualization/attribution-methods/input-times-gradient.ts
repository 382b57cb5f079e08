/**
 * @file Input × gradient: what each number adds to the score, if the score were linear. Source: Shrikumar et al. 2016, "Not Just a
 * Black Box" (arXiv 1605.01713).
 */

import { type AttributionRule, gradientAtImage, mapLike } from './pixels.ts';

export const inputTimesGradient: AttributionRule = {
  options: [],
  async explain(sample) {
    const { answered, gradient } = await gradientAtImage(sample);
    const product = gradient.map((value, i) => value * sample.image.data[i]!);
    return { answered, map: mapLike(sample, product) };
  },
};

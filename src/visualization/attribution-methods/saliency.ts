/**
 * @file Saliency: the gradient, i.e. how the score would change with each number of the image. Source: Simonyan et al. 2013,
 * "Deep Inside Convolutional Networks" (arXiv 1312.6034), where the largest |gradient| of the channels is drawn.
 */

import { type AttributionRule, gradientAtImage, mapLike } from './pixels.ts';

export const saliency: AttributionRule = {
  options: [],
  async explain(sample) {
    const { answered, gradient } = await gradientAtImage(sample);
    return { answered, map: mapLike(sample, gradient) };
  },
};

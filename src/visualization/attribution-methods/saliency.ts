/**
 * @file Saliency: the gradient, i.e. how the score would change with each number of the image. Source: Simonyan et al. 2013,
 * "Deep Inside Convolutional Networks" (arXiv 1312.6034), where the largest |gradient| of the channels is drawn.
 */

import { checkOptionNames } from '../../base/options.ts';
import { type AttributionSample, gradientAtImage, mapLike, type PixelValues } from './pixels.ts';

export async function saliency(sample: AttributionSample, options: object): Promise<PixelValues> {
  checkOptionNames('saliency', options, []);
  return { map: mapLike(sample, await gradientAtImage(sample)) };
}

/**
 * @file Input × gradient: what each number adds to the score, if the score were linear. Source: Shrikumar et al. 2016, "Not Just a
 * Black Box" (arXiv 1605.01713).
 */

import { checkOptionNames } from '../../base/options.ts';
import { type AttributionSample, gradientAtImage, mapLike, type PixelValues } from './pixels.ts';

export async function inputTimesGradient(sample: AttributionSample, options: object): Promise<PixelValues> {
  checkOptionNames('inputTimesGradient', options, []);
  const gradient = await gradientAtImage(sample);
  return {
    map: mapLike(
      sample,
      gradient.map((value, i) => value * sample.image.data[i]!),
    ),
  };
}

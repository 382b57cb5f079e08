/** @file Guided backpropagation: sharp outlines, which depend little on the class (../guided-gradients.ts). */

import { checkOptionNames } from '../../base/options.ts';
import { guidedGradients } from '../guided-gradients.ts';
import { type AttributionSample, mapLike, type PixelValues } from './pixels.ts';

export async function guidedBackprop(sample: AttributionSample, options: object): Promise<PixelValues> {
  checkOptionNames('guidedBackprop', options, []);
  const guided = await guidedGradients(sample.question, sample.input);
  return { map: mapLike(sample, guided.data as Float32Array) };
}

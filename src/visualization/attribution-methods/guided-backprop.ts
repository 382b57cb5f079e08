/** @file Guided backpropagation: sharp outlines, which depend little on the class (../guided-gradients.ts). */

import { guidedGradients } from '../guided-gradients.ts';
import { type AttributionRule, mapLike } from './pixels.ts';

export const guidedBackprop: AttributionRule = {
  options: [],
  async explain(sample) {
    const { values, classes } = await guidedGradients(sample.question, sample.input);
    return { answered: classes[0]!, map: mapLike(sample, values[0]!.data as Float32Array) };
  },
};

/**
 * @file Grad-CAM++: places that raise the score count, weighed so that several objects of a class count alike. Source:
 * Chattopadhay et al. 2018, "Grad-CAM++: Improved Visual Explanations for Deep Convolutional Networks" (arXiv 1710.11063),
 * equations 10 and 19 for e^score, whose derivatives are powers of the score's gradient times a common factor.
 */

import { type ActivationMethod, sumOfEachFilter, weightedSum } from './maps.ts';

export const gradCamPlusPlus: ActivationMethod = ({ maps, gradients }) => {
  const sums = sumOfEachFilter(maps, (at) => maps.data[at]!);
  const weights = sumOfEachFilter(gradients, (at, filter) => {
    const gradient = gradients.data[at]!;
    if (gradient <= 0) return 0;
    // The paper's alpha times the gradient, divided by gradient² above and below. 0 below: maps that cancel out.
    const below = 2 + sums[filter]! * gradient;
    return below === 0 ? 0 : gradient / below;
  });
  return weightedSum(maps, weights);
};

/**
 * @file Grad-CAM: each map counts as much as its gradient is on average. Source: Selvaraju et al. 2017, "Grad-CAM: Visual
 * Explanations from Deep Networks via Gradient-based Localization" (arXiv 1610.02391).
 */

import { type ActivationMethod, sumOfEachFilter, weightedSum } from './maps.ts';

export const gradCam: ActivationMethod = ({ maps, gradients }) => {
  const places = maps.height * maps.width;
  return weightedSum(
    maps,
    sumOfEachFilter(gradients, (at) => gradients.data[at]! / places),
  );
};

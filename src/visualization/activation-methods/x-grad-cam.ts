/**
 * @file XGrad-CAM: each map counts as much as its gradient is on average, places with much in the map counting more. Source: Fu
 * et al. 2020, "Axiom-based Grad-CAM: Towards Accurate Visualization and Explanation of CNNs" (arXiv 2008.02312).
 */

import { type ActivationMethod, sumOfEachFilter, weightedSum } from './maps.ts';

export const xGradCam: ActivationMethod = ({ maps, gradients }) => {
  const sums = sumOfEachFilter(maps, (at) => maps.data[at]!);
  const weights = sumOfEachFilter(maps, (at, filter) =>
    sums[filter] === 0 ? 0 : (maps.data[at]! / sums[filter]!) * gradients.data[at]!,
  );
  return weightedSum(maps, weights);
};

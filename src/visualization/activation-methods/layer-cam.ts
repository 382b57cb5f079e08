/**
 * @file LayerCAM: maps times the gradients that are above 0, place by place; good for early layers too. Source: Jiang et al.
 * 2021, "LayerCAM: Exploring Hierarchical Class Activation Maps for Localization" (IEEE TIP 30).
 */

import { type ActivationMethod, heatOfPlaces } from './maps.ts';

export const layerCam: ActivationMethod = ({ maps, gradients }) =>
  heatOfPlaces(maps, (first) => {
    let sum = 0;
    for (let at = first; at < first + maps.filters; at++)
      sum += maps.data[at]! * Math.max(gradients.data[at]!, 0);
    return sum;
  });

/**
 * @file HiResCAM: maps times gradients, place by place. Source: Draelos & Carin 2020, "Use HiResCAM instead of Grad-CAM for
 * faithful explanations of convolutional neural networks" (arXiv 2011.08891).
 */

import { type ActivationMethod, heatOfPlaces } from './maps.ts';

export const hiResCam: ActivationMethod = ({ maps, gradients }) =>
  heatOfPlaces(maps, (first) => {
    let sum = 0;
    for (let at = first; at < first + maps.filters; at++) sum += maps.data[at]! * gradients.data[at]!;
    return sum;
  });

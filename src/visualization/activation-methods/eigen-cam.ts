/**
 * @file Eigen-CAM: what the maps have most in common (their first principal component), whatever the class. Source: Muhammad &
 * Yeasin 2020, "Eigen-CAM: Class Activation Map using Principal Components" (arXiv 2008.00299).
 */

import { type ActivationMethod, type Heat, type Maps, sumOfEachFilter, weightedSum } from './maps.ts';

const ROUNDS = 100;
const CLOSE = 1e-10;

/** Power iteration for the first right singular vector of the matrix [places, filters]. */
function firstComponent(maps: Maps): Heat {
  let direction = sumOfEachFilter(maps, (at) => Math.abs(maps.data[at]!));
  for (let round = 0; round < ROUNDS; round++) {
    const { values } = weightedSum(maps, direction);
    const next = sumOfEachFilter(maps, (at) => maps.data[at]! * values[Math.floor(at / maps.filters)]!);
    const length = Math.hypot(...next);
    if (length === 0) break;
    const unit = next.map((value) => value / length);
    const moved = Math.hypot(...unit.map((value, k) => value - direction[k]!));
    direction = unit;
    if (moved < CLOSE) break;
  }
  return weightedSum(maps, direction);
}

export const eigenCam: ActivationMethod = ({ maps }) => {
  const heat = firstComponent(maps);
  // A component has no sign of its own: most of the heat is to be above 0.
  const total = heat.values.reduce((sum, value) => sum + value, 0);
  return total < 0 ? { ...heat, values: heat.values.map((value) => -value) } : heat;
};

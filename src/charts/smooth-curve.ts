/** @file Smoothing of curves, as François Chollet's "Deep Learning with Python" does it (5.3, `smooth_curve`). */

import { numberOption } from '../base/options.ts';

/** Test of a factor, for `numberOption`. */
export const SMOOTHING = {
  holds: (value: number) => value >= 0 && value < 1,
  expected: 'a number from 0 to below 1',
};

/**
 * Exponential moving average: each point is `factor` times the smoothed point before it plus `1 - factor` times itself;
 * the first one stays. Points that are not finite stay too, and the next one goes on from the last finite one.
 *
 * @param factor 0 (no smoothing) to below 1; 0.8 unless given.
 * @throws ValueError for other factors.
 */
export function smoothCurve(points: readonly number[], factor = 0.8): number[] {
  const weight = numberOption('smoothCurve', 'factor', factor, 0.8, SMOOTHING);
  let previous: number | undefined;
  return points.map((point) => {
    if (!Number.isFinite(point)) return point;
    previous = previous === undefined ? point : previous * weight + point * (1 - weight);
    return previous;
  });
}

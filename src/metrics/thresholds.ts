/**
 * @file Thresholds of metrics, and the cutoffs that put each float32 prediction on the same side of a threshold as
 * Keras does.
 */

import { wrongValue } from '../options/kinds.ts';
import { Option } from '../options/option.ts';

const EXPECTED = 'a number from 0 to 1, or a list of them';

/** One threshold or several, from 0 to 1; null for the metric's own. */
export const thresholdsOption = new Option<
  number | readonly number[] | null,
  number | readonly number[] | null,
  false
>({
  expected: `${EXPECTED}, or null`,
  nullable: true,
  fallback: () => null,
  read(given, place) {
    if (given === null) return null;
    const list: readonly unknown[] = Array.isArray(given) ? given : [given];
    if (list.length === 0 || !list.every((each) => typeof each === 'number' && each >= 0 && each <= 1))
      throw wrongValue(place, EXPECTED, given);
    return given as number | readonly number[];
  },
});

/** The largest float32 number: no prediction is above it, all are above its negative. */
const LARGEST = 3.4028234663852886e38;

/** `count` thresholds from 0 to 1 in equal steps. */
export function evenThresholds(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i / (count - 1));
}

function areEven(thresholds: readonly number[]): boolean {
  const even = evenThresholds(thresholds.length);
  // NumPy's allclose with an absolute tolerance of Keras' epsilon.
  return (
    thresholds.length >= 3 &&
    even.every((value, i) => Math.abs(thresholds[i]! - value) <= 1e-7 + 1e-5 * value)
  );
}

const number32 = new Float32Array(1);
const bits32 = new Int32Array(number32.buffer);

/** The next smaller or larger float32 number of a positive one. */
function neighbour(value: number, step: -1 | 1): number {
  number32[0] = value;
  bits32[0]! += step;
  return number32[0]!;
}

/** The largest float32 p whose float32 product with `steps` is at most `i`. */
function largestUpTo(i: number, steps: number): number {
  let p = Math.fround(i / steps);
  while (Math.fround(p * steps) > i) p = neighbour(p, -1);
  while (Math.fround(neighbour(p, 1) * steps) <= i) p = neighbour(p, 1);
  return p;
}

/**
 * For each threshold the float32 number above which a prediction counts as positive. Where thresholds are in equal steps
 * Keras sorts predictions into buckets by ceil(p · steps), in float32: the cutoffs give the same buckets exactly.
 *
 * @param around The first and last threshold stand for just below 0 and just above 1.
 */
export function cutoffsOf(thresholds: readonly number[], { around = false } = {}): number[] {
  const last = thresholds.length - 1;
  if (!areEven(thresholds) && !(around && last === 1)) {
    const moved = thresholds.map((each, i) =>
      !around || (i > 0 && i < last) ? each : i === 0 ? -1e-7 : 1 + 1e-7,
    );
    return moved.map(Math.fround);
  }
  return thresholds.map((_, i) => {
    if (i === last) return LARGEST;
    if (i === 0) return around ? -LARGEST : 0;
    return largestUpTo(i, last);
  });
}

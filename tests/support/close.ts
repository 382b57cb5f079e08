/** @file Comparing arrays of numbers within a tolerance. */

import assert from 'node:assert/strict';

/** The largest difference of two arrays, as a part of the largest magnitude of `expected`. NaN when one has a NaN. */
export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < expected.length; i++) {
    const here = Math.abs(actual[i]! - expected[i]!);
    if (Number.isNaN(here)) return Number.NaN;
    difference = Math.max(difference, here);
    scale = Math.max(scale, Math.abs(expected[i]!));
  }
  return difference === 0 ? 0 : difference / scale;
}

/** Fails unless the arrays have one length and differ by at most `tolerance` of the largest expected magnitude. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, `${what}: number of elements`);
  const difference = relativeDifference(actual, expected);
  assert.ok(difference <= tolerance, `${what}: relative difference ${difference}, allowed ${tolerance}`);
}

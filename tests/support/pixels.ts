/** @file The comparison of images with those of Keras. */

import assert from 'node:assert/strict';

/** The part of the numbers that may be further from Keras than one grey level: those at the edge between two values. */
const FREE = 0.001;

/** The part that must be as good as equal. */
const EQUAL = 0.99;

/**
 * Throws unless 99.9 % of the numbers are within one grey level of what is expected, and 99 % within a hundredth of it.
 *
 * @param level The size of a grey level: 1 for values up to 255.
 */
export function assertSamePixels(found: Float32Array, expected: ArrayLike<number>, level = 1): void {
  assert.equal(found.length, expected.length);
  const within = (distance: number) =>
    found.filter((value, i) => Math.abs(value - expected[i]!) <= distance * level).length / found.length;
  const [near, equal] = [within(1), within(0.01)];
  assert.ok(near >= 1 - FREE, `only ${near * 100} % are within one grey level`);
  assert.ok(equal >= EQUAL, `only ${equal * 100} % are equal`);
}

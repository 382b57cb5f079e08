import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatExponent, formatFixed, formatFloat } from './number-format.ts';

test('fixed digits as in Python, ties to even', () => {
  assert.equal(formatFixed(0.09375, 4), '0.0938');
  assert.equal(formatFixed(0.15625, 4), '0.1562');
  assert.equal(formatFixed(0.03125, 4), '0.0312');
  assert.equal(formatFixed(-0.03125, 4), '-0.0312');
  assert.equal(formatFixed(2.5, 0), '2');
  assert.equal(formatFixed(3.5, 0), '4');
  assert.equal(formatFixed(1.125, 2), '1.12');
  assert.equal(formatFixed(0.00015, 4), '0.0001');
  assert.equal(formatFixed(12.34567, 4), '12.3457');
  assert.equal(formatFixed(Number.NaN, 4), 'nan');
});

test('exponents as in Python', () => {
  assert.equal(formatExponent(0, 4), '0.0000e+00');
  assert.equal(formatExponent(0.00012345678, 4), '1.2346e-04');
  assert.equal(formatExponent(Number.POSITIVE_INFINITY, 4), 'inf');
});

test('all digits as in Python', () => {
  const cases = [
    ...([0.001, 1, 0, 1e-4, 1e15] as const),
    ...([9.999e-5, 1e-5, 1e16, -1.5e-7, Number.NaN] as const),
  ];
  assert.deepEqual(
    cases.map(formatFloat),
    [
      ['0.001', '1.0', '0.0', '0.0001', '1000000000000000.0'],
      ['9.999e-05', '1e-05', '1e+16', '-1.5e-07', 'nan'],
    ].flat(),
  );
});

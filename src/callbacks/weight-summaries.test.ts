import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'fast-png';
import { bucketsOf, picturesOf } from './weight-summaries.ts';

test('equal numbers are in the last bucket, and those that are not finite in none', () => {
  const equal = bucketsOf(Float32Array.of(2, 2, Number.NaN));
  assert.equal(equal.length, 30);
  assert.deepEqual(equal.at(-1), [2, 2, 2]);
  assert.deepEqual(equal[0], [2, 2, 0]);
  assert.deepEqual(bucketsOf(Float32Array.of(Number.NaN))[29], [0, 0, 0]);
  const two = bucketsOf(Float32Array.of(-1, 2, Number.POSITIVE_INFINITY));
  assert.deepEqual([two[0]![2], two[29]![2], two[29]![1]], [1, 1, 2]);
});

test('filters of three channels are pictures in colour', () => {
  // 1 × 2 kernels of 3 channels, 2 of them: the number at [0, x, channel, filter] is x · 6 + channel · 2 + filter.
  const values = Float32Array.from({ length: 12 }, (_, i) => i);
  const weight = (shape: readonly number[]) => ({ name: 'w', shape, view: () => values });
  const pictures = picturesOf({
    name: 'w',
    shape: [2, 2, 3, 2],
    view: () => Float32Array.from([...values, ...values], (value, i) => value + 12 * Math.floor(i / 12)),
  })!;
  assert.deepEqual([pictures.width, pictures.height, pictures.files.length], [2, 2, 2]);
  const { data, channels } = decode(pictures.files[1]!);
  assert.equal(channels, 3);
  const shade = (value: number) => Math.round((value / 23) * 255);
  assert.deepEqual([...data], [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23].map(shade));
  assert.equal(picturesOf(weight([2, 1, 1, 1, 6]))!.files.length, 1, 'extents of 1 do not count');
  assert.equal(picturesOf(weight([1, 1, 2, 6]))!.width, 6);
  assert.equal(picturesOf({ ...weight([2, 2, 4, 2]) }), null);
  assert.equal(picturesOf(weight([])), null);
});

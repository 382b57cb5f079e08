import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor, tensor } from '../base/tensor.ts';
import { toCategorical } from './to-categorical.ts';

test('labels become one-hot rows', () => {
  const rows = toCategorical(new Uint8Array([2, 0]), 3);
  assert.deepEqual(
    [rows.dtype, rows.toArray()],
    [
      'float32',
      [
        [0, 0, 1],
        [1, 0, 0],
      ],
    ],
  );
  assert.deepEqual(toCategorical([0, 3]).shape, [2, 4]);
  assert.deepEqual(toCategorical([[1], [0]], 2).toArray(), [
    [0, 1],
    [1, 0],
  ]);
  assert.deepEqual(toCategorical(tensor([[1, 0]], [1, 2], 'int32'), 2).shape, [1, 2, 2]);
  assert.deepEqual(toCategorical(Tensor.zeros([0]), 4).shape, [0, 4]);
});

test('labels that are no class are named by index and value', () => {
  assert.throws(() => toCategorical([0, 10], 10), {
    name: 'ValueError',
    message: 'toCategorical: label 1 is 10, but numClasses is 10; expected 0 to 9.',
  });
  assert.throws(() => toCategorical([0, -1]), /label 1 is -1/);
  assert.throws(() => toCategorical([0.5]), /label 0 is 0.5/);
  assert.throws(() => toCategorical([1, Number.NaN], 3), /label 1 is NaN/);
  assert.throws(() => toCategorical([1], 0), /numClasses must be a whole number from 1 up, received 0/);
  assert.throws(() => toCategorical([1], Number.NaN), /received NaN/);
  assert.throws(() => toCategorical([]), /pass numClasses/);
});

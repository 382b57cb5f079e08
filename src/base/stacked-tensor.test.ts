import assert from 'node:assert/strict';
import { test } from 'node:test';
import { copiedTogether, isInRows, rowData, stackedTensor } from './stacked-tensor.ts';
import { Tensor } from './tensor.ts';

const rows = () => [1, 2, 3].map((value) => Tensor.full([2, 2], value, 'uint8'));

test('a stacked tensor is the tensor that its rows make', () => {
  const expected = copiedTogether(rows());
  assert.deepEqual(expected.shape, [3, 2, 2]);
  assert.deepEqual([...expected.data], [1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3]);
  assert.deepEqual(stackedTensor(rows()), expected);
  const stacked = stackedTensor(rows());
  assert.deepEqual([stacked.size, stacked.rank, stacked.dtype], [12, 3, 'uint8']);
  assert.deepEqual(stacked.reshape([6, 2]), expected.reshape([6, 2]));
  assert.equal(stacked.data, stacked.data, 'it is copied once');
});

test('rows are given without a copy until the whole is asked for', () => {
  const own = rows();
  const stacked = stackedTensor(own);
  assert.equal(rowData(stacked, 1, 4), own[1]!.data);
  assert.deepEqual([isInRows(stacked), stacked.size, stacked.shape], [true, 12, [3, 2, 2]]);
  assert.deepEqual(stacked.data, copiedTogether(own).data);
  assert.equal(isInRows(stacked), false);
  assert.deepEqual(rowData(stacked, 1, 4), own[1]!.data);
  assert.equal(isInRows(own[0]!), false);
});

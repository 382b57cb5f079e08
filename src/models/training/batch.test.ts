import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../base/random.ts';
import { isInRows, stackedTensor } from '../../base/stacked-tensor.ts';
import { Tensor } from '../../base/tensor.ts';
import { type Batch, type Examples, rangeBatch } from './batch.ts';
import { arraySource } from './batch-source.ts';

/** Rows of a length below and one above that from which rows are copied by a call; every number is its own position. */
function dataSet(samples: number): Examples {
  const rows = (size: number) =>
    new Tensor(
      [samples, size],
      'float32',
      Float32Array.from({ length: samples * size }, (_, i) => i),
    );
  return { x: [rows(100)], y: [rows(3)], sampleWeights: [rows(1).reshape([samples])], samples };
}

function checkRows(batch: Batch): void {
  const { x, y, sampleWeights } = batch.data;
  for (const tensor of [...x, ...y, ...sampleWeights!] as Tensor[]) {
    const size = tensor.size / batch.data.samples;
    const target = new Float32Array(batch.samples * size);
    batch.copy(tensor, target);
    for (let i = 0; i < batch.samples; i++) {
      const row = batch.rowOf(i);
      const expected = tensor.data.subarray(row * size, (row + 1) * size);
      assert.deepEqual(target.subarray(i * size, (i + 1) * size), expected);
    }
  }
}

test('shuffled batches copy their rows in every epoch', async () => {
  const source = arraySource(dataSet(10), 4, new RandomGenerator(1));
  const orders: number[][] = [];
  for (let epoch = 0; epoch < 3; epoch++) {
    const order: number[] = [];
    let index = 0;
    for await (const batch of source.epoch()) {
      assert.equal(batch.samples, index < 2 ? 4 : 2);
      checkRows(batch);
      order.push(...Array.from({ length: batch.samples }, (_, i) => batch.rowOf(i)));
      index++;
    }
    orders.push(order);
    assert.deepEqual(
      order.toSorted((a, b) => a - b),
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    );
  }
  assert.notDeepEqual(orders[0], orders[1]);
});

test('batches of stacked samples are copied row by row', () => {
  const rows = Array.from({ length: 5 }, (_, i) => Tensor.full([4, 3], i, 'uint8'));
  const x = [stackedTensor(rows)];
  const batch = rangeBatch({ x, y: [], sampleWeights: null, samples: 5 }, 1, 3);
  const target = new Float32Array(3 * 12);
  batch.copy(x[0]!, target);
  assert.ok(isInRows(x[0]!));
  assert.deepEqual(
    [...target],
    [1, 2, 3].flatMap((value) => new Array(12).fill(value)),
  );
});

test('batches in order copy neighbouring rows', async () => {
  for await (const batch of arraySource(dataSet(10), 4, null).epoch()) checkRows(batch);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomGenerator } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import type { Batch, Examples } from './batch.ts';
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

test('batches in order copy neighbouring rows', async () => {
  for await (const batch of arraySource(dataSet(10), 4, null).epoch()) checkRows(batch);
});

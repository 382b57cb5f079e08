/** @file Elements are put into batches and taken apart. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { list } from '../../tests/support/counted-dataset.ts';
import { ShapeError, ValueError } from '../base/errors.ts';
import { tensor } from '../base/tensor.ts';
import * as data from './index.ts';

test('batch stacks Tensors, numbers, lists and records; unbatch takes them apart', async () => {
  const x = tensor(
    Uint8Array.from({ length: 20 }, (_, i) => i),
    [5, 2, 2],
  );
  const y = tensor([0, 1, 2, 3, 4]);
  const samples = data.fromTensors([x, y]);
  const [first, , last] = await list(samples.batch(2));
  assert.deepEqual([first![0]!.shape, first![0]!.dtype, first![1]!.shape], [[2, 2, 2], 'uint8', [2]]);
  assert.deepEqual(
    [last![0]!.toArray(), last![1]!.toArray()],
    [
      [
        [
          [16, 17],
          [18, 19],
        ],
      ],
      [4],
    ],
  );
  assert.equal(samples.batch(2).length, 3);
  assert.equal(samples.batch(2, { dropRemainder: true }).length, 2);
  assert.equal((await list(samples.batch(2, { dropRemainder: true }))).length, 2);
  const again = await list(samples.batch(2).unbatch().batch(5));
  assert.deepEqual([...again[0]![0]!.data], [...x.data]);
  const records = data
    .fromTensors({ a: x, b: { c: y } })
    .map(({ b }) => ({ n: b.c.item(), even: b.c.item() % 2 === 0 }));
  const [batch] = await list(records.batch(5));
  assert.deepEqual([batch!.n.dtype, batch!.n.toArray()], ['float32', [0, 1, 2, 3, 4]]);
  assert.deepEqual([batch!.even.dtype, batch!.even.toArray()], ['bool', [1, 0, 1, 0, 1]]);
});

test('batches of elements that differ are refused with their place', async () => {
  const of = (...elements: unknown[]) => list(data.fromGenerator(() => elements).batch(2));
  const bad: [unknown[], new (message: string) => Error, RegExp][] = [
    [
      [1, 2, tensor([1]), tensor([1, 2])],
      ShapeError,
      /element 1 .* has shape \[2\].*\[1\].*batch 1 of the dataset/,
    ],
    [[[1, 2], [1]], ValueError, /element 1 of the batch is \[1\].*a list of 2/],
    [[{ a: 1 }, { b: 1 }], ValueError, /each a record of a/],
    [
      [[tensor([1])], [tensor(Uint8Array.of(1))]],
      ValueError,
      /element 1 of the batch's \[0\] is a Tensor of uint8/,
    ],
    [['a.png', 'b.png'], ValueError, /is 'a.png'; batches are made of Tensors/],
    [[1, 'b'], ValueError, /element 1 of the batch is 'b'/],
  ];
  for (const [elements, type, message] of bad) {
    await assert.rejects(of(...elements), (error: Error) => {
      assert.ok(error instanceof type, error.message);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(
    list(data.fromGenerator(() => [tensor(1)]).unbatch()),
    /a scalar.*unbatch\(\) of element 0/,
  );
});

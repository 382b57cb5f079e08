/** @file Training with several inputs and outputs, some of them without a loss. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { points, quiet } from '../../../tests/support/sides-of-a-line.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { add, dense } from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import { model } from '../functional.ts';

before(() => useBackend(new ReferenceBackend()));

test('two inputs, a shared layer, two outputs', async () => {
  setRandomSeed(2);
  const left = input({ shape: [2], name: 'left' });
  const right = input({ shape: [2], name: 'right' });
  const both = dense({ units: 3, activation: 'tanh' });
  const sum = add().apply([both.apply(left), both.apply(right)]);
  const outputs = [dense({ units: 1, name: 'one' }).apply(sum), dense({ units: 2, name: 'two' }).apply(sum)];
  const net = model({ inputs: [left, right], outputs });
  net.compile({
    optimizer: 'sgd',
    loss: ['mse', 'mae'],
    lossWeights: [1, 0.5],
    metrics: [['mae', 'mse'], 'accuracy'],
  });
  const { x, oneHot } = points(9);
  const other = x.mul(2);
  const y = x.slice([0, 0], [9, 1]);
  const history = await net.fit([x, other], [y, oneHot], { ...quiet, epochs: 20, batchSize: 4 });
  assert.deepEqual(Object.keys(history.history), [
    'loss',
    'one_loss',
    'one_mae',
    'one_mse',
    'two_accuracy',
    'two_loss',
  ]);
  const { loss, one_loss, two_loss } = history.history;
  assert.ok(loss!.at(-1)! < loss![0]!);
  // Batches of 4, 4 and 1 samples: all count alike in the outputs' losses.
  assert.ok(Math.abs(loss![0]! - (one_loss![0]! + 0.5 * two_loss![0]!)) > 1e-4);
  const byName = await net.evaluate({ left: x, right: other }, { two: oneHot, one: y }, quiet);
  assert.equal(byName.length, 6);
  assert.ok(Math.abs(byName[0]! - (byName[1]! + 0.5 * byName[2]!)) < 1e-6);
  const [one, two] = await net.predict<Tensor[]>([x, other], quiet);
  assert.deepEqual(
    [one!.shape, two!.shape],
    [
      [9, 1],
      [9, 2],
    ],
  );
  const record = model({ inputs: { a: left, b: right }, outputs: { p: outputs[1]! } });
  assert.deepEqual(
    [...(await record.predict<{ p: Tensor }>({ b: other, a: x }, quiet)).p.data],
    [...two!.data],
  );
});

test('an output may go without a loss and needs no target then', async () => {
  const x = input({ shape: [2] });
  const [a, b] = [dense({ units: 1, name: 'a' }).apply(x), dense({ units: 1, name: 'b' }).apply(x)];
  const net = model({ inputs: x, outputs: [a!, b!] });
  net.compile({ loss: { b: 'mse' }, metrics: { b: ['mae'] } });
  const { history } = await net.fit(points(4).x, Tensor.ones([4, 1]), quiet);
  assert.deepEqual(Object.keys(history), ['b_mae', 'loss']);
});

/** @file Weights for each pixel of maps, in training, testing and weighted metrics. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { assertClose } from '../../../tests/support/close.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { WasmBackend } from '../../engine/wasm-backend.ts';
import { conv2d } from '../../layers/index.ts';
import * as losses from '../../losses/index.ts';
import type { LossIdentifier } from '../../losses/registry.ts';
import { sequential } from '../sequential.ts';

before(async () => useBackend(await WasmBackend.create({ threads: 2 })));

const [N, H, W, C] = [7, 3, 2, 3] as const;
const quiet = { verbose: 0 } as const;

function numbers(shape: readonly number[], value: (i: number) => number): Tensor {
  const size = shape.reduce((all, extent) => all * extent, 1);
  return new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: size }, (_, i) => value(i)),
  );
}

const x = numbers([N, H, W, 2], (i) => ((i * 0.377) % 1) - 0.5);
const labels = numbers([N, H, W], (i) => (i * 7) % C);
const weights = numbers([N, H, W], (i) => (i % 5) / 2);

function segmentation(loss: LossIdentifier) {
  const net = sequential([
    conv2d({ filters: C, kernelSize: 1, activation: 'softmax', inputShape: [H, W, 2], name: 'classes' }),
  ]);
  net.setWeights([numbers([1, 1, 2, C], (i) => 1 - i / 2), numbers([C], (i) => i / 4)]);
  net.compile({ optimizer: 'sgd', loss, weightedMetrics: ['accuracy'] });
  return net;
}

test('pixels are weighted in the loss and in weighted metrics', async () => {
  const net = segmentation('sparseCategoricalCrossentropy');
  const p = (await net.predict(x, quiet)) as Tensor;
  const rows = Array.from({ length: N * H * W }, (_, i) => [...p.data.subarray(i * C, (i + 1) * C)]);
  const w = [...weights.data];
  const mean = (values: readonly number[], by: number) => values.reduce((a, b) => a + b, 0) / by;
  const loss = mean(
    rows.map((row, i) => -Math.log(row[labels.data[i]!]!) * w[i]!),
    w.length,
  );
  const accuracy = mean(
    rows.map((row, i) => (row.indexOf(Math.max(...row)) === labels.data[i] ? w[i]! : 0)),
    w.reduce((a, b) => a + b),
  );
  const [tested, weighted] = await net.evaluate(x, labels, { ...quiet, sampleWeight: weights });
  assertClose([tested!, weighted!], [loss, accuracy], 1e-5, 'loss and accuracy');
  // One weight for each sample is that weight for each of its pixels.
  const each = numbers([N], (i) => i / 3);
  const spread = numbers([N, H, W], (i) => Math.floor(i / (H * W)) / 3);
  const fit = async (sampleWeight: Tensor) => {
    const run = { ...quiet, batchSize: 3, shuffle: false, epochs: 2, sampleWeight } as const;
    return (await segmentation('sparseCategoricalCrossentropy').fit(x, labels, run)).history;
  };
  const [a, b] = [await fit(each), await fit(spread)];
  assertClose(a.loss!, b.loss!, 1e-6, 'loss');
  assertClose(a.accuracy!, b.accuracy!, 1e-6, 'accuracy');
});

test('pixels of an ignored class count nothing, as if their weight was 0', async () => {
  const ignored = numbers([N, H, W], (i) => (i % 3 === 0 ? 255 : labels.data[i]!));
  const kept = numbers([N, H, W], (i) => (i % 3 === 0 ? 0 : 1));
  const one = segmentation(losses.sparseCategoricalCrossentropy({ ignoreClass: 255 }));
  const other = segmentation(losses.sparseCategoricalCrossentropy({ reduction: 'meanWithSampleWeight' }));
  for (let step = 0; step < 3; step++) {
    const [a] = (await one.trainOnBatch(x, ignored)) as number[];
    const [b] = (await other.trainOnBatch(x, labels, { sampleWeight: kept })) as number[];
    assertClose([a!], [b!], 1e-6, `loss of step ${step}`);
  }
  await assert.rejects(
    async () => segmentation('sparseCategoricalCrossentropy').fit(x, ignored, quiet),
    /label 255 at index 0 is not a class number.*\(In output 'classes'\.\)/,
  );
});

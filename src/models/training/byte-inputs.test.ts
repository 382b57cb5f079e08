/** @file Inputs of bytes give the same bits as the same numbers in float32. */

import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { whyNotNative } from '../../../tests/support/native-machine.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { setBackend, useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import * as layers from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import { type Functional, model } from '../functional.ts';

after(() => setBackend('auto'));

const SAMPLES = 45;
const SHAPE = [SAMPLES, 9, 7, 3];

/** An image that is convolved as it is, and a few numbers that are scaled first. */
function network(): Functional {
  const image = input({ shape: [9, 7, 3], name: 'image' });
  const beside = input({ shape: [5], name: 'beside' });
  const conv = layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv' }).apply(image);
  const pooled = layers.flatten().apply(layers.batchNormalization().apply(conv));
  const parts = [pooled, beside].map((part) => layers.dense({ units: 3 }).apply(part));
  return model({ inputs: [image, beside], outputs: layers.add().apply(parts) });
}

const bytes = (shape: readonly number[], factor: number) =>
  new Tensor(
    shape,
    'uint8',
    Uint8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => (i * factor) % 251),
  );

const engines = [
  { name: 'reference', choose: () => useBackend(new ReferenceBackend()), skip: false },
  { name: 'wasm', choose: () => setBackend('wasm', { threads: 2 }), skip: false },
  { name: 'native', choose: () => setBackend('native', { threads: 2 }), skip: whyNotNative('avx2') },
];

for (const { name, choose, skip } of engines) {
  it(`training, evaluation and prediction: ${name}`, { skip }, async () => {
    await choose();
    const x = [bytes(SHAPE, 37), bytes([SAMPLES, 5], 83)];
    const y = new Tensor(
      [SAMPLES, 3],
      'float32',
      Float32Array.from({ length: 3 * SAMPLES }, (_, i) => i % 4),
    );
    const start = network();
    const results = [];
    for (const inputs of [x, x.map((each) => each.cast('float32')), [x[0]!, x[1]!.cast('float32')]]) {
      setRandomSeed(7);
      const net = network();
      net.setWeights(start.getWeights());
      net.compile({ optimizer: 'adam', loss: 'mse' });
      await net.fit(inputs, y, { batchSize: 8, epochs: 2, verbose: 0 });
      const loss = await net.evaluate(inputs, y, { batchSize: 16, verbose: 0 });
      const predicted = (await net.predict(inputs, { batchSize: 7, verbose: 0 })) as Tensor;
      results.push({ weights: net.getWeights().map(({ data }) => data), loss, predicted: predicted.data });
    }
    assert.ok(results[0]!.predicted.every(Number.isFinite));
    assert.deepEqual(results[1], results[0]);
    assert.deepEqual(results[2], results[0]);
  });
}

/** @file Layers applied to the batches of a dataset that a model trains on. */

import assert from 'node:assert/strict';
import test from 'node:test';
import { data, input, layers, sequential, Tensor, tensor, utils } from '../src/index.ts';

/** Three images of bytes and their classes. */
const IMAGES = new Tensor(
  [6, 4, 5, 3],
  'uint8',
  Uint8Array.from({ length: 360 }, (_, i) => (i * 97) % 256),
);
const LABELS = utils.toCategorical(tensor([0, 1, 2, 0, 1, 2]), 3);

/** The losses of two epochs on augmented batches. */
async function losses(parallel: number): Promise<unknown> {
  utils.setRandomSeed(3);
  const augment = sequential([
    layers.randomFlip(),
    layers.randomRotation({ factor: 0.1 }),
    layers.rescaling({ scale: 1 / 255 }),
  ]);
  const mix = layers.mixUp();
  const train = data
    .fromTensors([IMAGES, LABELS])
    .batch(2)
    .map(async ([x, y]) => [await augment.apply(x!, { training: true }), y!] as const, { parallel })
    .map((batch) => mix.apply(batch));
  const net = sequential([
    input({ shape: [4, 5, 3] }),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  return (await net.fit(train, { epochs: 2, verbose: 0 })).history;
}

test('a dataset is augmented and mixed, with the same numbers for the same seed', async () => {
  const first = await losses(1);
  assert.deepEqual(await losses(1), first);
  assert.deepEqual(await losses(3), first);
});

test('a model augments in training only', async () => {
  utils.setRandomSeed(5);
  const net = sequential([
    input({ shape: [4, 5, 3] }),
    layers.randomFlip(),
    layers.randomErasing(),
    layers.flatten(),
    layers.dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'categoricalCrossentropy' });
  const [a, b] = [
    await net.evaluate(IMAGES, LABELS, { verbose: 0 }),
    await net.evaluate(IMAGES, LABELS, { verbose: 0 }),
  ];
  assert.deepEqual(a, b);
  const trained = await net.trainOnBatch(IMAGES, LABELS);
  assert.notEqual(trained[0], a[0]);
});

test('a trained layer before a sampling is refused in fit', async () => {
  const conv = layers.conv2d({ filters: 3, kernelSize: 1, inputShape: [4, 5, 3] });
  const net = sequential([
    conv,
    layers.randomRotation({ factor: 0.1 }),
    layers.flatten(),
    layers.dense({ units: 3 }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  await assert.rejects(
    net.fit(IMAGES, LABELS, { verbose: 0 }),
    /gradient of 'affineSample' in 'random_rotation/,
  );
});

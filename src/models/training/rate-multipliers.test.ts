/** @file Learning rates by layer: as if each layer had an optimizer of that rate, with every optimizer. */

import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { setBackend } from '../../engine/backend.ts';
import * as layers from '../../layers/index.ts';
import * as optimizers from '../../optimizers/index.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { exponentialDecay } from '../../schedules/index.ts';
import type { Model } from '../model.ts';
import { modelFromBytes } from '../saving/load.ts';
import { modelToBytes } from '../saving/save.ts';
import { sequential } from '../sequential.ts';

before(() => setBackend('wasm', { threads: 1 }));

const x = new Tensor(
  [6, 4],
  'float32',
  Float32Array.from({ length: 24 }, (_, i) => Math.sin(i)),
);
const y = new Tensor(
  [6, 2],
  'float32',
  Float32Array.from({ length: 12 }, (_, i) => Math.cos(i)),
);

/** Two layers in a model inside, and one behind it. */
function network(): Model {
  setRandomSeed(5);
  const inside = sequential({
    name: 'inside',
    layers: [
      layers.dense({ units: 5, activation: 'tanh', inputShape: [4], name: 'one' }),
      layers.dense({ units: 5, activation: 'tanh', name: 'two' }),
    ],
  });
  return sequential([inside, layers.dense({ units: 2, name: 'out' })]);
}

type Make = (learningRate: number) => Optimizer;

async function trained(
  optimizer: Optimizer,
  learningRateMultipliers?: Readonly<Record<string, number>>,
): Promise<number[][]> {
  const net = network();
  net.compile({ optimizer, loss: 'mse', ...(learningRateMultipliers && { learningRateMultipliers }) });
  for (let step = 0; step < 4; step++) await net.trainOnBatch(x, y);
  return net.getWeights().map(({ data }) => [...data]);
}

const makers: Record<string, Make> = {
  adadelta: (learningRate) => optimizers.adadelta({ learningRate }),
  adafactor: (learningRate) => optimizers.adafactor({ learningRate }),
  adagrad: (learningRate) => optimizers.adagrad({ learningRate }),
  adam: (learningRate) => optimizers.adam({ learningRate }),
  adamax: (learningRate) => optimizers.adamax({ learningRate }),
  'adamW, clipped': (learningRate) => optimizers.adamW({ learningRate, clipnorm: 0.1 }),
  'adam with running means': (learningRate) => optimizers.adam({ learningRate, useEma: true }),
  'adam with gradient accumulation': (learningRate) =>
    optimizers.adam({ learningRate, gradientAccumulationSteps: 2 }),
  'adam with a scaled loss': (learningRate) => optimizers.adam({ learningRate, lossScaleFactor: 8 }),
  ftrl: (learningRate) => optimizers.ftrl({ learningRate }),
  lamb: (learningRate) => optimizers.lamb({ learningRate }),
  lion: (learningRate) => optimizers.lion({ learningRate }),
  muon: (learningRate) => optimizers.muon({ learningRate }),
  nadam: (learningRate) => optimizers.nadam({ learningRate }),
  rmsprop: (learningRate) => optimizers.rmsprop({ learningRate, momentum: 0.9 }),
  scheduleFreeAdamW: (learningRate) => optimizers.scheduleFreeAdamW({ learningRate }),
  'sgd with momentum and decay': (learningRate) =>
    optimizers.sgd({ learningRate, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  'sgd with a schedule': (learningRate) =>
    optimizers.sgd({
      learningRate: exponentialDecay({ initialLearningRate: learningRate, decaySteps: 2, decayRate: 0.5 }),
    }),
};

test('all optimizers are here', () => {
  const tested = Object.keys(makers).map((name) => name.split(/[, ]/)[0]);
  assert.deepEqual([...new Set(tested)].sort(), Object.keys(optimizers).sort());
});

for (const [name, make] of Object.entries(makers)) {
  test(`a factor is another learning rate, with ${name}`, async () => {
    // A power of two, so that the products are the same bits.
    const slow = await trained(make(0.01 / 4));
    const all = await trained(make(0.01), { inside: 0.25, out: 0.25 });
    assert.deepEqual(all, slow);
    assert.notDeepEqual(await trained(make(0.01)), slow);
  });
}

test('a factor holds for its layer alone, that of an inner layer goes before that of the model around it', async () => {
  const rates = async (factors: Record<string, number>) => {
    const start = network().getWeights();
    const net = network();
    net.compile({
      optimizer: optimizers.sgd({ learningRate: 0.5 }),
      loss: 'mse',
      learningRateMultipliers: factors,
    });
    await net.trainOnBatch(x, y);
    return net.getWeights().map(({ data }, i) => data[0]! - start[i]!.data[0]!);
  };
  const plain = await rates({});
  const found = (await rates({ inside: 0.5, two: 0.125 })).map((move, i) => move / plain[i]!);
  [0.5, 0.5, 0.125, 0.125, 1, 1].forEach((factor, i) => {
    assert.ok(Math.abs(found[i]! - factor) < 1e-3, `weight ${i}: ${found[i]}`);
  });
});

test('is kept in .keras files, with the run', async () => {
  const net = network();
  net.compile({ optimizer: optimizers.adam(), loss: 'mse', learningRateMultipliers: { inside: 0.25 } });
  await net.trainOnBatch(x, y);
  const again = await modelFromBytes(await modelToBytes(net));
  assert.deepEqual(again.compiled!.options.learningRateMultipliers, { inside: 0.25 });
  for (const each of [net, again]) await each.trainOnBatch(x, y);
  assert.deepEqual(
    again.getWeights().map(({ data }) => [...data]),
    net.getWeights().map(({ data }) => [...data]),
  );
});

const refused: Record<string, readonly [unknown, RegExp]> = {
  'unknown names': [
    { insid: 0.1 },
    /Unknown layer in compile: learningRateMultipliers 'insid'\. Did you mean 'inside'\?/,
  ],
  'no record': [[0.1], /takes a record of factors/],
  zero: [{ one: 0 }, /above 0, received 0.*`trainable` to false/],
  text: [{ one: '0.1' }, /above 0, received '0\.1'/],
};

for (const [name, [learningRateMultipliers, message]] of Object.entries(refused)) {
  test(`refuses ${name}`, () => {
    assert.throws(
      () => network().compile({ loss: 'mse', learningRateMultipliers: learningRateMultipliers as never }),
      message,
    );
  });
}

test('refuses a name that several layers have', () => {
  const part = (name: string) =>
    sequential({ name, layers: [layers.dense({ units: 4, inputShape: [4], name: 'same' })] });
  const net = sequential([part('a'), part('b')]);
  assert.throws(
    () => net.compile({ loss: 'mse', learningRateMultipliers: { same: 0.5 } }),
    /several layers of 'sequential.*' are called 'same'/,
  );
});

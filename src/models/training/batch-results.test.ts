import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import type { CallbackLike } from '../../callbacks/callback.ts';
import { setBackend } from '../../engine/backend.ts';
import { dense, dropout } from '../../layers/index.ts';
import { sgd } from '../../optimizers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';
import type { FitOptions } from './run-options.ts';

// An engine with threads. Small series run on the caller's thread where that is quick, so the sizes in the tests
// differ.
before(() => setBackend('wasm', { threads: 2 }));
after(() => setBackend('auto'));

const SAMPLES = 1003;
const x = new Tensor(
  [SAMPLES, 12],
  'float32',
  Float32Array.from({ length: SAMPLES * 12 }, (_, i) => Math.sin(i * i)),
);
const y = new Tensor(
  [SAMPLES],
  'int32',
  Int32Array.from({ length: SAMPLES }, (_, i) => i % 3),
);
const sampleWeight = new Tensor(
  [SAMPLES],
  'float32',
  Float32Array.from({ length: SAMPLES }, (_, i) => 1 + (i % 2)),
);

function network(seed: number): Sequential {
  setRandomSeed(seed);
  const net = sequential([
    dense({ units: 16, activation: 'relu', inputShape: [12] }),
    dropout({ rate: 0.25 }),
    dense({ units: 3, activation: 'softmax' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

const oneByOne: CallbackLike = {
  onTrainBatchEnd: () => {},
  onTestBatchEnd: () => {},
  onPredictBatchEnd: () => {},
};

async function train(net: Sequential, options: FitOptions) {
  setRandomSeed(5);
  const { history } = await net.fit(x, y, { verbose: 0, epochs: 2, ...options });
  return { history, weights: net.getWeights().map((weight) => weight.toArray()) };
}

for (const batchSize of [7, 64, 1003]) {
  test(`batches of ${batchSize} in series train as batches one by one: rates, dropout, weights, validation`, async () => {
    const options = { batchSize, sampleWeight, validationSplit: 0.3 };
    const rows = await train(network(1), options);
    assert.deepEqual(rows, await train(network(1), { ...options, callbacks: [oneByOne] }));
  });
}

test('steps per epoch go on through the data in series as one by one', async () => {
  const options = { batchSize: 16, stepsPerEpoch: 21, epochs: 7 };
  const rows = await train(network(1), options);
  assert.deepEqual(rows, await train(network(1), { ...options, callbacks: [oneByOne] }));
});

test('evaluate gives the same in series, for a number of steps, and twice at the same time', async () => {
  const net = network(2);
  const options = { batchSize: 16, verbose: 0 } as const;
  const expected = await net.evaluate(x, y, { ...options, callbacks: [oneByOne] });
  assert.deepEqual(await net.evaluate(x, y, options), expected);
  const half = x.slice([0], [500]);
  const few = await net.evaluate(half, y.slice([0], [500]), { ...options, callbacks: [oneByOne], steps: 5 });
  const both = await Promise.all([
    net.evaluate(x, y, options),
    net.evaluate(half, y.slice([0], [500]), { ...options, steps: 5 }),
    net.evaluate(x, y, options),
  ]);
  assert.deepEqual(both, [expected, few, expected]);
});

test('predict gives the same in series, for a number of steps, and twice at the same time', async () => {
  const net = network(7);
  const options = { batchSize: 16, verbose: 0 } as const;
  const expected = await net.predict(x, { ...options, callbacks: [oneByOne] });
  assert.deepEqual(await net.predict(x, options), expected);
  const few = await net.predict(x, { ...options, steps: 5 });
  assert.deepEqual(few, (expected as Tensor).slice([0], [5 * 16]));
  const both = await Promise.all([net.predict(x, options), net.predict(x, options)]);
  assert.deepEqual(both, [expected, expected]);
});

test('predict in series names a late batch, and goes on when the engine is changed', async () => {
  const net = network(8);
  const options = { batchSize: 4, verbose: 0 } as const;
  const expected = await net.predict(x, options);
  const data = x.data.slice();
  data[900 * 12 + 3] = Number.NaN;
  const dirty = new Tensor(x.shape, 'float32', data);
  await assert.rejects(net.predict(dirty, options), {
    name: 'ValueError',
    message: /NaN in batch 225: sample 0 of the batch, sample 900 of the data, element 3\./,
  });
  const running = net.predict(x, options);
  for (const threads of [1, 2, 1]) {
    await new Promise((resolve) => setImmediate(resolve));
    await setBackend('wasm', { threads });
  }
  assert.deepEqual(await running, expected);
  await setBackend('wasm', { threads: 2 });
});

test('training in series is not disturbed by other work, nor by a change of the engine', async () => {
  const options = { batchSize: 8, epochs: 12 };
  const expected = await train(network(3), options);
  const net = network(3);
  const other = network(4);
  const training = train(net, options);
  // More kinds of steps than a model keeps, so the training step is freed and compiled anew.
  for (let size = 1; size < 10; size++) {
    await net.predict(x.slice([0], [20]), { batchSize: size, verbose: 0 });
    await other.trainOnBatch(x.slice([0], [8]), y.slice([0], [8]));
    await setBackend('wasm', { threads: 1 + (size % 2) });
  }
  assert.deepEqual(await training, expected);
});

test('rows and single batches may take turns', async () => {
  const run = async (...callbacks: CallbackLike[][]) => {
    const net = network(6);
    const results = [];
    for (const some of callbacks) results.push(await train(net, { batchSize: 50, callbacks: some }));
    return results;
  };
  assert.deepEqual(await run([], [oneByOne], []), await run([oneByOne], [oneByOne], [oneByOne]));
});

test('stopTraining set at any time ends training inside of an epoch', async () => {
  const net = network(5);
  const optimizer = sgd();
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy' });
  const samples = 400_000;
  const many = new Tensor([samples, 12], 'float32', new Float32Array(samples * 12));
  const labels = new Tensor([samples], 'int32', new Int32Array(samples));
  const stop = () => {
    net.stopTraining = true;
  };
  await net.fit(many, labels, {
    verbose: 0,
    batchSize: 1,
    callbacks: { onEpochBegin: () => void setTimeout(stop, 30) },
  });
  assert.ok(optimizer.iterations > 0 && optimizer.iterations < samples, `${optimizer.iterations} steps`);
});

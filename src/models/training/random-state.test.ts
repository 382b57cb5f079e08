import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { setBackend } from '../../engine/backend.ts';
import { dense, dropout } from '../../layers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';

before(() => setBackend('wasm', { threads: 1 }));

const x = new Tensor(
  [50, 6],
  'float32',
  Float32Array.from({ length: 300 }, (_, i) => Math.sin(i * i)),
);
const y = new Tensor(
  [50, 2],
  'float32',
  Float32Array.from({ length: 100 }, (_, i) => Math.cos(i)),
);
const options = { verbose: 0, batchSize: 8 } as const;

function network(): Sequential {
  setRandomSeed(21);
  const net = sequential([
    dense({ units: 12, activation: 'tanh', inputShape: [6] }),
    dropout({ rate: 0.3 }),
    dropout({ rate: 0.2, seed: 4 }),
    dense({ units: 2 }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return net;
}

const numbers = (net: Sequential) => net.getWeights().map((weight) => weight.toArray());

async function straight(epochs: number) {
  const net = network();
  await net.fit(x, y, { ...options, epochs });
  return numbers(net);
}

const between: Record<string, (net: Sequential) => unknown> = {
  nothing: () => {},
  'a recompilation': (net) => net.compile({ optimizer: 'sgd', loss: 'mse' }),
  'an evaluation and a prediction': async (net) => {
    await net.evaluate(x, y, options);
    await net.predict(x, options);
  },
  'another engine': () => setBackend('wasm', { threads: 2 }),
};

for (const [name, act] of Object.entries(between)) {
  test(`two fits with ${name} in between shuffle and drop as one fit does`, async () => {
    const net = network();
    await net.fit(x, y, { ...options, epochs: 2 });
    await act(net);
    await net.fit(x, y, { ...options, epochs: 3, initialEpoch: 2 });
    assert.deepEqual(numbers(net), await straight(3));
  });
}

test('a step that is built anew for frozen layers does not begin a stream of its own again', async () => {
  setRandomSeed(2);
  const net = sequential([dropout({ rate: 0.5, seed: 4, inputShape: [6] }), dense({ units: 2 })]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  net.compiled!.optimizer.learningRate = 0;
  const loss = async () => (await net.fit(x, y, { ...options, shuffle: false })).history.loss![0];
  const first = await loss();
  net.layers[0]!.trainable = false;
  const second = await loss();
  assert.notEqual(second, first);
});

test('setRandomSeed makes the shuffling and dropping of the next fit repeat', async () => {
  setRandomSeed(21);
  const net = sequential([
    dense({ units: 12, inputShape: [6] }),
    dropout({ rate: 0.3 }),
    dense({ units: 2 }),
  ]);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const weights = net.getWeights();
  const run = async (seed: number | null) => {
    net.setWeights(weights);
    if (seed !== null) setRandomSeed(seed);
    return (await net.fit(x, y, { ...options, epochs: 2 })).history.loss;
  };
  const first = await run(5);
  assert.notDeepEqual(await run(null), first);
  assert.deepEqual(await run(5), first);
});

test('evaluating and predicting draw nothing where layers draw nothing', async () => {
  const net = network();
  await net.evaluate(x, y, options);
  await net.predict(x, options);
  await net.fit(x, y, options);
  assert.deepEqual(numbers(net), await straight(1));
});

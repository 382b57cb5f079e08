import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setRandomSeed } from '../base/random.ts';
import { Tensor } from '../base/tensor.ts';
import { fromTensors } from '../data/index.ts';
import { useBackend } from '../engine/backend.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import { batchNormalization, dense, dropout } from '../layers/index.ts';
import { adam, sgd } from '../optimizers/index.ts';
import { exponentialDecay } from '../schedules/index.ts';
import { lrFinder } from './lr-finder.ts';
import { sequential } from './sequential.ts';
import { suggestedRates } from './suggested-rates.ts';

before(() => useBackend(new ReferenceBackend()));

const quiet = { verbose: 0 } as const;
const wave = (shape: readonly [number, number], step: number) =>
  new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(step * i)),
  );
const x = wave([40, 3], 1.7);
const y = wave([40, 1], 0.3);

function network(optimizer = adam()) {
  setRandomSeed(4);
  const net = sequential([
    dense({ units: 6, activation: 'tanh', inputShape: [3] }),
    batchNormalization(),
    dropout({ rate: 0.3 }),
    dense({ units: 1 }),
  ]);
  net.compile({ optimizer, loss: 'mse' });
  return net;
}

/** What a run of fit gives, which depends on weights, optimizer and random numbers. */
async function outcome(net: ReturnType<typeof network>) {
  const { history } = await net.fit(x, y, { ...quiet, epochs: 2, batchSize: 8, validationSplit: 0.2 });
  // A new layer draws its weights from the numbers of setRandomSeed.
  const later = sequential([dense({ units: 2, inputShape: [2] })]);
  const weights = [...net.getWeights(), ...later.getWeights()].map((weight) => [...weight.data]);
  return { history, weights, iterations: net.optimizer!.iterations };
}

test('a test leaves the model, the optimizer and random numbers as they were', async () => {
  const tested = network();
  const found = await lrFinder(tested, [x, y], { steps: 30, batchSize: 8 });
  assert.ok(found.learningRates.length > 5);
  assert.equal(tested.optimizer!.learningRate, Math.fround(0.001));
  assert.deepEqual(await outcome(tested), await outcome(network()));
  await lrFinder(tested, [x, y], { steps: 5 });
  const again = await outcome(tested);
  const plain = network();
  await outcome(plain);
  assert.deepEqual(again, await outcome(plain), 'in the middle of training too');
});

test('a trial may compile the model anew', async () => {
  const tried = network();
  const before = tried.optimizer;
  await tried.trial(async () => {
    tried.compile({ optimizer: sgd({ learningRate: 0.5 }), loss: 'mae' });
    await tried.fit(x, y, quiet);
  });
  assert.equal(tried.optimizer, before);
  assert.deepEqual(await outcome(tried), await outcome(network()));
  await assert.rejects(
    tried.trial(() => {
      tried.compile({ loss: 'mae' });
      throw new Error('of the work');
    }),
    /of the work/,
  );
  assert.equal(tried.optimizer, before);
});

test('a dataset begins the pass that it would have begun', async () => {
  const dataset = () =>
    fromTensors([x, y] as [Tensor, Tensor])
      .shuffle(40, { seed: 3 })
      .batch(16);
  const losses = async (tests: number) => {
    const net = network();
    const data = dataset();
    for (let i = 0; i < tests; i++) await lrFinder(net, data, { steps: 7, maxLearningRate: 1e-3 });
    return (await net.fit(data, { ...quiet, epochs: 2 })).history.loss;
  };
  assert.deepEqual(await losses(1), await losses(0));
});

test('rates grow by a factor, losses are those of single steps, and the test ends when they grow', async () => {
  const net = network(sgd() as never);
  const options = { steps: 60, minLearningRate: 1e-4, maxLearningRate: 1e4, batchSize: 40, smoothing: 0.5 };
  const { learningRates, losses, smoothedLosses, suggestion, suggestions } = await lrFinder(
    net,
    [x, y],
    options,
  );
  assert.ok(learningRates.length < 60, 'it stops');
  assert.equal(losses.length, learningRates.length);
  const factor = 1e8 ** (1 / 59);
  learningRates.forEach((rate, i) => {
    assert.ok(Math.abs(rate / (1e-4 * factor ** i) - 1) < 1e-9);
  });
  const best = Math.min(...smoothedLosses);
  assert.ok(
    smoothedLosses.slice(0, -1).every((loss, i) => loss <= 4 * Math.min(...smoothedLosses.slice(0, i + 1))),
  );
  assert.ok(Math.abs(smoothedLosses[1]! - (losses[0]! + 2 * losses[1]!) / 3) < 1e-6);
  assert.ok(best < smoothedLosses[0]!);
  assert.equal(suggestion, suggestions.valley);
  assert.ok(suggestion > 1e-4 && suggestion < learningRates.at(-1)!);
});

test('weights of samples and classes are those of fit', async () => {
  const heavy = Float32Array.from({ length: 40 }, () => 3);
  const options = { steps: 2, batchSize: 40, smoothing: 0 };
  const plain = await lrFinder(network(), [x, y], options);
  const weighted = await lrFinder(network(), [x, y, heavy], options);
  assert.ok(Math.abs(weighted.losses[0]! - 3 * plain.losses[0]!) < 1e-5);
});

test('a loss that is not finite ends the test without a warning', async () => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    const wild = { steps: 20, maxLearningRate: 1e38, stopAt: 1e30 };
    const { losses } = await lrFinder(network(sgd() as never), [x, y], wild);
    assert.ok(losses.length < 20 && losses.every(Number.isFinite));
  } finally {
    console.warn = warn;
  }
  assert.deepEqual(warnings, []);
});

test('suggestions of known curves', () => {
  const rates = Array.from({ length: 50 }, (_, i) => 10 ** (i / 10 - 4));
  // Flat, falls from 20 to 35, rises.
  const losses = rates.map((_, i) =>
    i < 20 ? 2 + (i % 2) * 0.01 : i < 36 ? 2 - (i - 20) * 0.1 : 0.5 + (i - 35),
  );
  const { valley, steepest, minimum } = suggestedRates(rates, losses);
  assert.ok(valley > rates[24]! && valley < rates[30]!, `valley at ${Math.log10(valley) * 10 + 40}`);
  assert.ok(steepest >= rates[19]! && steepest < rates[35]!);
  assert.equal(minimum, rates[35]! / 10);
  assert.deepEqual(suggestedRates([0.1], [1]), { valley: 0.1, steepest: 0.1, minimum: 0.1 / 10 });
});

test('what cannot be tested is refused, with the model as it was', async () => {
  const net = network();
  const before = net.getWeights().map((weight) => [...weight.data]);
  const refused = (data: unknown, options: object, message: RegExp) =>
    assert.rejects(lrFinder(net, data as never, options), message);
  async function* endless() {
    for (;;) yield [x, y] as const;
  }
  await refused(endless(), {}, /a generator would lose the batches/);
  await refused(x, {}, /data must be \[x, y\]/);
  await refused([x, y], { steps: 1 }, /`steps`. Expected a whole number from 2 up/);
  await refused([x, y], { minLearningRate: 1, maxLearningRate: 0.1 }, /must be larger than minLearningRate/);
  await refused([x, y], { stopsAt: 1 }, /Did you mean 'stopAt'/);
  const dataset = fromTensors([x, y] as [Tensor, Tensor]).batch(8);
  await refused(dataset, { batchSize: 8 }, /batchSize is for arrays/);
  await refused([x.mul(Number.NaN), y], {}, /NaN in epoch 1, batch 0/);
  const decay = exponentialDecay({ initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.5 });
  net.compile({ optimizer: sgd({ learningRate: decay }), loss: 'mse' });
  await refused([x, y], {}, /follows the schedule ExponentialDecay/);
  assert.deepEqual(
    net.getWeights().map((weight) => [...weight.data]),
    before,
  );
  const open = sequential([dense({ units: 1 })]);
  await assert.rejects(lrFinder(open, [x, y]), /You must call `compile\(\)`/);
  open.compile({ loss: 'mse' });
  await assert.rejects(lrFinder(open, [x, y]), /has no weights yet/);
});

import assert from 'node:assert/strict';
import test, { beforeEach } from 'node:test';
import { resetNames } from '../../base/names.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { lambdaCallback, learningRateScheduler, reduceLROnPlateau } from '../../callbacks/index.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { adam, sgd } from '../../optimizers/index.ts';
import type { Optimizer } from '../../optimizers/optimizer.ts';
import { exponentialDecay, oneCycle } from '../../schedules/index.ts';
import { modelFromBytes } from '../saving/load.ts';
import { modelToBytes } from '../saving/save.ts';
import { Sequential } from '../sequential.ts';

useBackend(new ReferenceBackend());
beforeEach(() => {
  resetNames();
  setRandomSeed(3);
});

const x = new Tensor(
  [8, 2],
  'float32',
  Float32Array.from({ length: 16 }, (_, i) => Math.sin(i)),
);
const y = new Tensor(
  [8, 1],
  'float32',
  Float32Array.from({ length: 8 }, (_, i) => Math.cos(i)),
);
const quiet = { batchSize: 2, verbose: 0, shuffle: false } as const;

function network(optimizer: Optimizer): Sequential {
  const net = new Sequential({ layers: [dense({ units: 1, inputShape: [2] })] });
  net.compile({ optimizer, loss: 'mse' });
  return net;
}

const kernelOf = (net: Sequential) => [...net.getWeights()[0]!.data];

test('a rate that a callback sets holds from the next epoch on, with batches in series and one by one', async () => {
  const ways = [{}, { onTrainBatchEnd: () => {} }].map(async (also) => {
    setRandomSeed(3);
    const net = network(sgd());
    const stop = lambdaCallback({
      onEpochEnd: (epoch) => {
        if (epoch === 1) net.optimizer!.learningRate = 0;
      },
      ...also,
    });
    await net.fit(x, y, { ...quiet, epochs: 2, callbacks: stop });
    const after = kernelOf(net);
    await net.fit(x, y, { ...quiet, epochs: 2 });
    assert.deepEqual(kernelOf(net), after);
    return after;
  });
  const [rows, single] = await Promise.all(ways);
  assert.deepEqual(rows, single);
});

test('a schedule, the same rates set by a callback and one set by hand train alike; the history has the rates', async () => {
  const steps = exponentialDecay({
    initialLearningRate: 0.5,
    decaySteps: 4,
    decayRate: 0.5,
    staircase: true,
  });
  const scheduled = network(sgd({ learningRate: steps }));
  await scheduled.fit(x, y, { ...quiet, epochs: 3 });
  setRandomSeed(3);
  const called = network(sgd({ learningRate: 0.5 }));
  const halving = learningRateScheduler({ schedule: (epoch) => 0.5 ** (epoch + 1) });
  const { history } = await called.fit(x, y, { ...quiet, epochs: 3, callbacks: [halving] });
  assert.deepEqual(kernelOf(called), kernelOf(scheduled));
  assert.deepEqual(history.learning_rate, [0.5, 0.25, 0.125]);
  assert.equal(scheduled.optimizer!.learningRate, Math.fround(0.0625));
});

test('reduceLROnPlateau makes the steps of fit smaller', async () => {
  const net = network(sgd({ learningRate: 0.5 }));
  const plateau = reduceLROnPlateau({ monitor: 'loss', patience: 1, minDelta: 1e6, factor: 0.5 });
  const { history } = await net.fit(x, y, { ...quiet, epochs: 3, callbacks: plateau });
  assert.deepEqual(history.learning_rate, [0.5, 0.5, 0.25]);
  assert.equal(net.optimizer!.learningRate, 0.125);
});

test('a schedule in the optimizer cannot be set by callbacks', async () => {
  const net = network(sgd({ learningRate: oneCycle({ maxLearningRate: 1, totalSteps: 4 }) }));
  const schedule = learningRateScheduler({ schedule: () => 1 });
  await assert.rejects(net.fit(x, y, { ...quiet, callbacks: schedule }), /follows the schedule OneCycle/);
});

test('fit ends with the running means of the weights, before onTrainEnd; evaluation in between has the weights', async () => {
  const options = { useEma: true, emaMomentum: 0.5, learningRate: 0.1 };
  const net = network(sgd(options));
  const path: number[][] = [];
  let atEnd: number[] = [];
  const watch = lambdaCallback({
    onTrainBatchEnd: () => {
      path.push(kernelOf(net));
    },
    onTrainEnd: () => {
      atEnd = kernelOf(net);
    },
  });
  await net.fit(x, y, { ...quiet, epochs: 2, callbacks: watch });
  const means = path.reduce((mean, kernel) => mean.map((value, i) => 0.5 * value + 0.5 * kernel[i]!));
  assert.ok(means.every((value, i) => Math.abs(value - atEnd[i]!) < 1e-6));
  assert.deepEqual(kernelOf(net), atEnd);
  assert.notDeepEqual(path.at(-1), atEnd);
});

test('accumulating two batches trains as one batch of both', async () => {
  const [accumulated, whole] = [adam({ gradientAccumulationSteps: 2 }), adam()].map((optimizer) => {
    setRandomSeed(3);
    return network(optimizer);
  });
  await accumulated!.fit(x, y, { ...quiet, epochs: 2 });
  await whole!.fit(x, y, { ...quiet, batchSize: 4, epochs: 2 });
  kernelOf(whole!).forEach((value, i) => {
    assert.ok(Math.abs(value - kernelOf(accumulated!)[i]!) < 1e-6);
  });
});

test('schedules, averages and accumulators are saved, loaded, and go on alike', async () => {
  const make = () => {
    const learningRate = oneCycle({ maxLearningRate: 0.1, totalSteps: 40 });
    return network(adam({ learningRate, useEma: true, gradientAccumulationSteps: 3, amsgrad: true }));
  };
  const net = make();
  await net.fit(x, y, { ...quiet, epochs: 2 });
  const again = (await modelFromBytes(await modelToBytes(net))) as Sequential;
  assert.deepEqual(again.optimizer!.getConfig(), net.optimizer!.getConfig());
  assert.equal(again.optimizer!.learningRate, net.optimizer!.learningRate);
  await net.fit(x, y, { ...quiet, epochs: 1 });
  await again.fit(x, y, { ...quiet, epochs: 1 });
  assert.deepEqual(kernelOf(again), kernelOf(net));
});

test('a model that was compiled with a schedule and not trained is saved and loaded', async () => {
  const net = network(sgd({ learningRate: oneCycle({ maxLearningRate: 1, totalSteps: 4 }), momentum: 0.9 }));
  const again = await modelFromBytes(await modelToBytes(net));
  assert.equal(again.optimizer!.iterations, 0);
});

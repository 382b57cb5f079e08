/** @file Datasets of stages in fit: read ahead, in series, shuffled, continued, weighted, with class names. */

import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { labels, quiet, x } from '../../../tests/support/two-classes.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import * as data from '../../data/index.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';
import type { TrainingState } from './training-state.ts';

before(() => useBackend(new ReferenceBackend()));

let net: Sequential;

function make(): Sequential {
  setRandomSeed(1);
  const made = sequential([dense({ units: 2, activation: 'softmax', inputShape: [2] })]);
  made.compile({ loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return made;
}

const weights = (model: Sequential) => model.getWeights().map((weight) => [...weight.data]);

beforeEach(() => {
  net = make();
});

test('a dataset trains as the same arrays do', async () => {
  const samples = data.fromTensors([x, labels]).batch(6);
  const options = { ...quiet, epochs: 3, shuffle: false } as const;
  const byDataset = await net.fit(samples, { ...options, validationData: samples });
  const other = make();
  const byArrays = await other.fit(x, labels, {
    ...options,
    batchSize: 6,
    validationData: [x, labels],
    validationBatchSize: 6,
  });
  assert.deepEqual(byDataset.history, byArrays.history);
  assert.deepEqual(weights(net), weights(other));
  assert.deepEqual(
    await net.evaluate(samples, quiet),
    await net.evaluate(x, labels, { ...quiet, batchSize: 6 }),
  );
  const inputs = samples.map(([images]) => images);
  assert.deepEqual((await net.predict(inputs, quiet)).toArray(), (await net.predict(x, quiet)).toArray());
  assert.equal(byDataset.params.steps, 4);
  assert.equal(byDataset.dataWait.length, 3);
});

test('the next batches are made while a batch is at work, a few and no more', async () => {
  let made = 0;
  let most = 0;
  const dataset = data.fromGenerator(async function* () {
    for (let i = 0; i < 30; i++) {
      made++;
      yield [x, labels];
    }
  });
  const ahead: number[] = [];
  const onTrainBatchEnd = async (batch: number) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    ahead.push(made - batch - 1);
    most = Math.max(most, made - batch - 1);
  };
  await net.fit(dataset, { ...quiet, callbacks: { onTrainBatchEnd } });
  assert.ok(ahead[3]! >= 2, `${ahead}`);
  assert.ok(most <= 6, `${ahead}`);
  made = 0;
  await net.fit(dataset, { ...quiet, stepsPerEpoch: 5 });
  assert.equal(made, 5, 'nothing is read beyond what the run takes');
  made = 0;
  await net.evaluate(dataset, { ...quiet, steps: 2 });
  assert.equal(made, 2);
});

test('the first batches of an epoch are made while the model validates the epoch before', async () => {
  const order: string[] = [];
  const train = data.fromGenerator(() => {
    order.push('train');
    return [[x, labels]];
  });
  const validation = data.fromGenerator(async function* () {
    await new Promise((resolve) => setTimeout(resolve, 1));
    order.push('validate');
    yield [x, labels];
  });
  await net.fit(train, { ...quiet, epochs: 2, validationData: validation });
  assert.deepEqual(order, ['train', 'train', 'validate', 'validate']);
});

test('an error comes after the batches before it, and ends the source', async () => {
  let ended = false;
  const dataset = data.fromGenerator(function* () {
    try {
      yield [x, labels];
      yield [x, labels];
      throw new RangeError('No more.');
    } finally {
      ended = true;
    }
  });
  let batches = 0;
  const onTrainBatchEnd = () => {
    batches++;
  };
  await assert.rejects(net.fit(dataset, { ...quiet, callbacks: { onTrainBatchEnd } }), /No more/);
  assert.equal(batches, 2);
  assert.equal(ended, true);
});

test('batches of another form run in a series of their own', async () => {
  const weight = Tensor.ones([10]);
  const parts = [0, 10].map((at) => [x.slice([at], [10]), labels.slice([at], [10])]);
  const mixed = () => [parts[0], [...parts[1]!, weight], parts[0]] as Tensor[][];
  await net.fit(data.fromGenerator(mixed), { ...quiet, epochs: 2 });
  const other = make();
  const onTrainBatchEnd = () => {};
  await other.fit(data.fromGenerator(mixed), { ...quiet, epochs: 2, callbacks: { onTrainBatchEnd } });
  assert.deepEqual(weights(net), weights(other));
});

test('a shuffled dataset goes on in the middle of an epoch and between epochs with the same batches', async () => {
  const shuffled = () => data.fromTensors([x, labels]).shuffle(20).batch(6);
  const states: TrainingState[] = [];
  const keep = (model: () => Sequential) => ({
    onTrainBatchEnd: () => void states.push(structuredClone(model().trainingState())),
    onEpochEnd: () => void states.push(structuredClone(model().trainingState())),
  });
  const validationData = shuffled();
  const options = { ...quiet, epochs: 3 };
  await net.fit(shuffled(), { ...options, validationData, callbacks: keep(() => net) });
  const expected = weights(net);
  assert.equal(states.length, 15);
  for (const state of states) {
    const other = make();
    setRandomSeed(77);
    other.restoreTrainingState(state);
    await other.fit(shuffled(), { ...options, validationData: shuffled() });
    assert.deepEqual(weights(other), expected);
  }
});

test('class weights hold for datasets', async () => {
  const classWeight = { 0: 1, 1: 3 };
  await net.fit(data.fromTensors([x, labels]).batch(6), { ...quiet, classWeight });
  const other = make();
  await other.fit(x, labels, { ...quiet, batchSize: 6, shuffle: false, classWeight });
  assert.deepEqual(weights(net), weights(other));
  const weighted = data.fromTensors([x, labels, Tensor.ones([20])]).batch(6);
  await assert.rejects(
    net.fit(weighted, { ...quiet, classWeight }),
    /`classWeight` and `sampleWeight` at the same time/,
  );
});

test('a model takes the class names of its data when it has none', async () => {
  const named = (names: string[]) =>
    data
      .fromFiles(
        Array.from({ length: 20 }, (_, i) => String(i)),
        {
          load: (i) => x.slice([Number(i)], [1]).reshape([2]),
          labels,
          classNames: names,
        },
      )
      .batch(10);
  await net.fit(named(['cat', 'dog', 'emu']), quiet);
  assert.equal(net.classNames, null, 'three classes are not what two outputs stand for');
  await net.fit(named(['cat', 'dog']), quiet);
  assert.deepEqual(net.classNames, ['cat', 'dog']);
  await net.fit(named(['a', 'b']), quiet);
  assert.deepEqual(net.classNames, ['cat', 'dog']);
});

test('what a dataset has no use for is refused, and slips are named', async () => {
  const samples = data.fromTensors([x, labels]);
  const batches = samples.batch(5);
  await assert.rejects(
    net.fit(batches, { ...quiet, validationData: batches, validationBatchSize: 2 }),
    /validationBatchSize is for arrays; a dataset brings its own batches/,
  );
  await assert.rejects(net.fit(batches, { epohcs: 2 } as never), /epohcs.*epochs/s);
  await assert.rejects(net.fit(batches, { ...quiet, batchsize: 2 } as never), /batchsize.*batchSize/s);
  await assert.rejects(net.fit(batches, { output: labels } as never), /y must be left out/);
  await assert.rejects(net.fit(samples, quiet), /dataset\.batch\(32\).*batch 0 of the dataset/s);
});

test('an endless dataset needs a number of steps', async () => {
  const endless = data.fromTensors([x, labels]).batch(5).repeat();
  await assert.rejects(
    net.fit(endless, quiet),
    /infinitely repeating dataset, please specify a `stepsPerEpoch`/,
  );
  await assert.rejects(net.evaluate(endless, quiet), /specify a `steps`/);
  await assert.rejects(
    net.fit(endless, { ...quiet, stepsPerEpoch: 1, validationData: endless }),
    /`validationSteps`/,
  );
  await assert.rejects(net.fit(endless.unbatch().repeat().batch(4), quiet), /specify a `stepsPerEpoch`/);
  const { epoch } = await net.fit(endless, { ...quiet, stepsPerEpoch: 3, epochs: 2 });
  assert.equal(epoch.length, 2);
});

/** @file `fit`, `evaluate` and `predict` of models with one input and one output. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { classifier, points, quiet } from '../../../tests/support/sides-of-a-line.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor, tensor } from '../../base/tensor.ts';
import type { CallbackLike } from '../../callbacks/callback.ts';
import { ProgbarLogger } from '../../callbacks/progbar-logger.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense, dropout } from '../../layers/index.ts';
import { sgd } from '../../optimizers/index.ts';
import { sequential } from '../sequential.ts';

before(() => useBackend(new ReferenceBackend()));

test('the loss goes down, and the history has one number an epoch', async () => {
  const { x, labels } = points(70);
  const net = classifier();
  const history = await net.fit(x, labels, { ...quiet, epochs: 8, batchSize: 16, validationSplit: 0.2 });
  assert.deepEqual(Object.keys(history.history), ['accuracy', 'loss', 'val_accuracy', 'val_loss']);
  assert.deepEqual(history.epoch, [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(history.params, { verbose: 0, epochs: 8, steps: 4 });
  const { loss, accuracy } = history.history;
  assert.ok(loss!.at(-1)! < loss![0]! * 0.7, `loss ${loss}`);
  assert.ok(accuracy!.at(-1)! > 0.85, `accuracy ${accuracy}`);
  assert.equal(history.history.val_loss!.length, 8);
});

test('one-hot labels and class numbers train the same', async () => {
  const { x, labels, oneHot } = points(20);
  const [sparse, categorical] = [classifier(), classifier()];
  categorical.compile({
    optimizer: sgd({ learningRate: 0.5 }),
    loss: 'categorical_crossentropy',
    metrics: ['acc'],
  });
  setRandomSeed(3);
  const a = await sparse.fit(x, labels, { ...quiet, batchSize: 6 });
  setRandomSeed(3);
  const b = await categorical.fit(x, oneHot, { ...quiet, batchSize: 6 });
  assert.ok(Math.abs(a.history.loss![0]! - b.history.loss![0]!) < 1e-6);
  assert.equal(a.history.accuracy![0], b.history.acc![0]);
});

test('a seed makes training repeat exactly, dropout and order included', async () => {
  const { x, labels } = points(30);
  const run = async (seed: number) => {
    const net = classifier(seed);
    net.pop();
    net.add(dropout({ rate: 0.3 }));
    net.add(dense({ units: 2, activation: 'softmax' }));
    net.compile({ loss: 'ce' });
    await net.fit(x, labels, { ...quiet, epochs: 2, batchSize: 8 });
    return net.getWeights().map((weight) => [...weight.data]);
  };
  assert.deepEqual(await run(5), await run(5));
  assert.notDeepEqual(await run(5), await run(6));
});

test('without shuffling, epochs are batches in order and the last one is smaller', async () => {
  const { x, labels } = points(10);
  const all = classifier();
  const parts = classifier();
  const losses: number[] = [];
  await all.fit(x, labels, {
    ...quiet,
    batchSize: 4,
    shuffle: false,
    callbacks: {
      onTrainBatchEnd: (_batch, logs) => {
        losses.push(logs.loss!);
      },
    },
  });
  const single: number[] = [];
  for (const [from, count] of [
    [0, 4],
    [4, 4],
    [8, 2],
  ] as const) {
    const [loss] = await parts.trainOnBatch(x.slice([from], [count]), labels.slice([from], [count]));
    single.push(loss!);
  }
  assert.deepEqual(
    all.getWeights().map((w) => [...w.data]),
    parts.getWeights().map((w) => [...w.data]),
  );
  assert.equal(losses.length, 3);
  const mean = (single[0]! * 4 + single[1]! * 4 + single[2]! * 2) / 10;
  assert.ok(Math.abs(losses[2]! - mean) < 1e-12, 'the epoch loss is weighted by the sizes of the batches');
});

test('validation takes the last part, and evaluate agrees with it', async () => {
  const { x, labels } = points(20);
  const net = classifier();
  const history = await net.fit(x, labels, { ...quiet, validationSplit: 0.25, batchSize: 8 });
  const [loss, accuracy] = await net.evaluate(x.slice([15], [5]), labels.slice([15], [5]), quiet);
  assert.equal(history.history.val_loss![0], loss);
  assert.equal(history.history.val_accuracy![0], accuracy);
  const record = await net.evaluate(x, labels, { ...quiet, returnDict: true });
  assert.deepEqual(Object.keys(record), ['accuracy', 'loss']);
  net.compile({ loss: 'ce' });
  const [only, ...others] = await net.evaluate(x, labels, quiet);
  assert.equal(typeof only, 'number');
  assert.deepEqual(others, [], 'a list without metrics too');
  const [step] = await net.testOnBatch(x, labels);
  assert.equal(step, only);
});

test('every way to predict gives the same numbers', async () => {
  const { x } = points(11);
  const net = classifier();
  const all = await net.predict(x, { ...quiet, batchSize: 4 });
  assert.deepEqual(all.shape, [11, 2]);
  assert.deepEqual([...(await net.predict(x, quiet)).data], [...all.data]);
  assert.deepEqual([...(await net.predictOnBatch(x)).data], [...all.data]);
  const dataset = [x.slice([0], [5]), x.slice([5], [6])];
  const iterable = { [Symbol.iterator]: () => dataset[Symbol.iterator]() };
  assert.deepEqual([...(await net.predict(iterable, quiet)).data], [...all.data]);
  assert.deepEqual((await net.predict(x, { ...quiet, batchSize: 4, steps: 2 })).shape, [8, 2]);
  assert.deepEqual((await net.predict([[0.5, 1]], quiet)).shape, [1, 2]);
});

test('uint8 images are fed as they are', async () => {
  const net = classifier();
  const bytes = tensor(Uint8Array.from([0, 255, 3, 4]), [2, 2]);
  const floats = bytes.cast('float32');
  assert.deepEqual([...(await net.predict(bytes, quiet)).data], [...(await net.predict(floats, quiet)).data]);
});

test('a model without an input shape is built by the data', async () => {
  const { x, labels } = points(8);
  for (const data of [x, [[x, labels] as const][Symbol.iterator]()]) {
    const net = sequential([dense({ units: 2, activation: 'softmax' })]);
    net.compile({ loss: 'ce' });
    if (data instanceof Tensor) await net.fit(data, labels, quiet);
    else await net.fit(data, quiet);
    assert.deepEqual(net.inputs[0]!.shape, [null, 2]);
  }
});

test('sample weights and class weights scale the loss alone', async () => {
  const { x, labels } = points(6);
  const weight = Float32Array.from(labels.data, (label) => (label === 1 ? 3 : 1));
  const start = classifier();
  const [plain] = await start.testOnBatch(x, labels);
  const [weighted, accuracy] = await start.testOnBatch(x, labels, { sampleWeight: weight });
  const [, unweighted] = await start.testOnBatch(x, labels);
  assert.equal(accuracy, unweighted);
  assert.notEqual(plain, weighted);
  const [a, b] = [classifier(), classifier()];
  const byClass = await a.fit(x, labels, { ...quiet, classWeight: { 1: 3 }, shuffle: false });
  const bySample = await b.fit(x, labels, { ...quiet, sampleWeight: weight, shuffle: false });
  assert.deepEqual(byClass.history, bySample.history);
  assert.ok(Math.abs(byClass.history.loss![0]! - weighted!) < 1e-6);
  await assert.rejects(a.fit(x, labels, { classWeight: { 1: 3 }, sampleWeight: weight }), /at the same time/);
  await assert.rejects(a.fit(x, labels, { classWeight: { 1: Number.NaN } }), /classWeight must be a record/);
});

test('frozen layers stay as they are', async () => {
  const { x, labels } = points(8);
  const net = classifier();
  const [kernel] = net.getWeights();
  net.layers[0]!.trainable = false;
  net.compile({ loss: 'ce' });
  await net.fit(x, labels, quiet);
  assert.deepEqual([...net.getWeights()[0]!.data], [...kernel!.data]);
  net.trainable = true;
  net.compile({ loss: 'ce' });
  await net.fit(x, labels, quiet);
  assert.notDeepEqual([...net.getWeights()[0]!.data], [...kernel!.data]);
});

test('the optimizer shows in the summary once it is built', async () => {
  const { x, labels } = points(4);
  const net = classifier();
  net.compile({ loss: 'ce' });
  const text = () => {
    let all = '';
    net.summary({
      printFn: (part) => {
        all += part;
      },
    });
    return all;
  };
  assert.doesNotMatch(text(), /Optimizer/);
  await net.fit(x, labels, quiet);
  assert.match(
    text(),
    / Total params: 86 \(348\.00 B\)\n.*42.*\n.*0 \(0\.00 B\)\n Optimizer params: 44 \(180\.00 B\)\n$/,
  );
});

test('a batch that is told late counts the same, the last one before an error too', async () => {
  const { x, labels } = points(70);
  const train = async (callbacks: CallbackLike[]) => {
    const net = classifier();
    const history = await net.fit(x, labels, { ...quiet, epochs: 3, batchSize: 16, callbacks });
    return { history: history.history, weights: net.getWeights().map((weight) => weight.toArray()) };
  };
  const calls: string[] = [];
  const told = await train([
    {
      onTrainBatchBegin: (batch) => void calls.push(`begin ${batch}`),
      onTrainBatchEnd: (batch) => void calls.push(`end ${batch}`),
    },
  ]);
  assert.deepEqual(await train([]), told);
  assert.deepEqual(calls.slice(0, 4), ['begin 0', 'end 0', 'begin 1', 'end 1']);

  const lines: string[] = [];
  const net = classifier();
  const broken = Float32Array.from(x.data);
  broken[2 * 40] = Number.NaN;
  let seconds = 0;
  const bar = new ProgbarLogger({
    output: { write: (text: string) => lines.push(text), isTTY: true, columns: 80 },
    clock: () => seconds++,
  });
  const run = net.fit(new Tensor([70, 2], 'float32', broken), labels, {
    verbose: 1,
    batchSize: 16,
    shuffle: false,
    callbacks: [bar],
  });
  await assert.rejects(run, /epoch 1, batch 2: sample 8 of the batch/);
  assert.match(lines.join(''), /2\/5/);
});

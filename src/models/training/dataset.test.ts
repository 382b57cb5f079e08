import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { labels, quiet, x } from '../../../tests/support/two-classes.ts';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { setRandomSeed } from '../../base/random.ts';
import type { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import { dense } from '../../layers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';

before(() => useBackend(new ReferenceBackend()));

let net: Sequential;

beforeEach(() => {
  setRandomSeed(1);
  net = sequential([dense({ units: 2, activation: 'softmax', inputShape: [2] })]);
  net.compile({ loss: 'sparseCategoricalCrossentropy' });
});

test('datasets are iterated once an epoch, or for the steps asked for', async () => {
  let passes = 0;
  const dataset = {
    length: 3,
    async *[Symbol.asyncIterator]() {
      passes++;
      for (let i = 0; i < 12; i += 4) yield [x.slice([i], [4]), labels.slice([i], [4])] as const;
    },
  };
  const first = await net.fit(dataset, { ...quiet, epochs: 2, validationData: dataset });
  assert.equal(passes, 4);
  assert.equal(first.params.steps, 3);
  passes = 0;
  let batches = 0;
  const onTrainBatchEnd = () => {
    batches++;
  };
  await net.fit(dataset, { ...quiet, epochs: 3, stepsPerEpoch: 2, callbacks: { onTrainBatchEnd } });
  assert.equal(batches, 5, 'the second epoch runs into the end of the data');
  await assert.rejects(net.fit(dataset, labels), /a dataset brings its targets/);
  await assert.rejects(net.fit(dataset, { batchSize: 3 }), /batchSize is for arrays/);
  await assert.rejects(net.fit(dataset, { validationSplit: 0.5 }), /only supported for arrays/);
});

test('a generator that is spent is an error, not silence', async () => {
  async function* once() {
    yield [x, labels] as const;
  }
  await assert.rejects(
    net.fit(once(), { ...quiet, epochs: 2 }),
    /gave no batches. A generator can be iterated once/,
  );
});

test('a generator of validation data goes on from epoch to epoch and is ended with fit', async () => {
  let given = 0;
  let ended = false;
  async function* endless() {
    try {
      while (true) {
        given++;
        yield [x, labels];
      }
    } finally {
      ended = true;
    }
  }
  const { history } = await net.fit(x, labels, {
    ...quiet,
    epochs: 3,
    validationData: endless(),
    validationSteps: 2,
    callbacks: {
      onEpochEnd: () => assert.equal(ended, false),
      onTrainEnd: () => assert.equal(ended, true),
    },
  });
  assert.equal(history.val_loss!.length, 3);
  assert.equal(given, 6);
});

test('what is wrong with a later batch is said with the batch', async () => {
  const first = [x, labels] as const;
  const bad: [unknown, new (message: string) => Error, RegExp][] = [
    [[x, labels.slice([0], [19])], ValueError, /cardinality.*\(In batch 1 of the dataset\.\)$/],
    [
      [x.reshape([10, 4]), labels.slice([0], [10])],
      ShapeError,
      /found shape.*|axis -1.*\(In epoch 1, batch 1\.\)$/,
    ],
    [[x, labels.add(1)], ValueError, /label 2 at index 1 .*\(In epoch 1, batch 1\.\)$/],
    [[x, labels.cast('float32').mul(Number.NaN)], ValueError, /label NaN .*\(In epoch 1, batch 1\.\)$/],
    [[x.mul(Number.NaN), labels], ValueError, /NaN in epoch 1, batch 1/],
    [
      [x, labels, x.slice([0, 0], [20, 1]).reshape([20]).div(0)],
      ValueError,
      /sampleWeight holds NaN.*batch 1/,
    ],
  ];
  for (const [batch, type, message] of bad) {
    const data = [first, batch];
    const given = { [Symbol.iterator]: () => data[Symbol.iterator]() } as Iterable<readonly Tensor[]>;
    await assert.rejects(net.fit(given, quiet), (error: Error) => {
      assert.ok(error instanceof type, `${error.name}: ${error.message}`);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(net.trainOnBatch(x, labels.add(1)), /label 2 at index 1(?!.*\(In epoch)/);
});

test('asking for more batches than a pass has gives a warning, once a run', async () => {
  const { warn } = console;
  const warnings: string[] = [];
  console.warn = (text: string) => warnings.push(text);
  try {
    const validation = { validationSplit: 0.5, validationBatchSize: 4, validationSteps: 5 };
    await net.fit(x, labels, { ...quiet, ...validation, epochs: 2 });
    await net.evaluate(x, labels, { ...quiet, batchSize: 10, steps: 3 });
    await net.predict(x, { ...quiet, batchSize: 10, steps: 2 });
  } finally {
    console.warn = warn;
  }
  assert.deepEqual(warnings, [
    'fit (validationData): your input ran out of data after 3 of 5 batches. Make sure that it can give as many, or ask for fewer steps.',
    'evaluate: your input ran out of data after 2 of 3 batches. Make sure that it can give as many, or ask for fewer steps.',
  ]);
});

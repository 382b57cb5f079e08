/** @file Runs go on from states: of each place in them, with each kind of data, with the same bits. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { network, numbers, recorder, x, y } from '../../../tests/support/recorded-runs.ts';
import type { CallbackLike } from '../../callbacks/callback.ts';
import { earlyStopping, modelCheckpoint } from '../../callbacks/index.ts';
import { setBackend } from '../../engine/backend.ts';
import { adam } from '../../optimizers/index.ts';
import type { Sequential } from '../sequential.ts';
import type { DatasetBatch } from './data-types.ts';
import type { FitOptions } from './run-options.ts';
import type { TrainingState } from './training-state.ts';

before(() => setBackend('wasm', { threads: 1 }));

type Make = () => FitOptions;
const runs: Record<string, Make> = {
  'shuffled arrays and validation': () => ({ epochs: 3, batchSize: 12, validationSplit: 0.2 }),
  'arrays in order': () => ({ epochs: 2, batchSize: 16, shuffle: false }),
  'steps that go on through the data': () => ({ epochs: 4, batchSize: 12, stepsPerEpoch: 3 }),
  'early stopping with the best weights': () => ({
    epochs: 8,
    batchSize: 20,
    validationSplit: 0.2,
    callbacks: [earlyStopping({ monitor: 'accuracy', patience: 1, restoreBestWeights: true })],
  }),
  'a rate that a callback lowers at the beginning of epochs': () => {
    let net: Sequential;
    const lower: CallbackLike = {
      setModel: (model) => {
        net = model as unknown as Sequential;
      },
      onEpochBegin: () => {
        net.compiled!.optimizer.learningRate *= 0.5;
      },
    };
    return { epochs: 3, batchSize: 20, callbacks: [lower] };
  },
  'a callback that stops within an epoch': () => {
    let net: Sequential;
    const stop: CallbackLike = {
      setModel: (model) => {
        net = model as unknown as Sequential;
      },
      onTrainBatchEnd: () => {
        if (net.compiled!.optimizer.iterations === 6) net.stopTraining = true;
      },
    };
    return { epochs: 4, batchSize: 12, validationSplit: 0.2, callbacks: [stop] };
  },
};

async function run(net: Sequential, options: FitOptions, begin: (net: Sequential) => void = () => {}) {
  const { callback, ...record } = recorder();
  const { callbacks = [] } = options;
  const all = [callback, ...[callbacks].flat(), { onTrainBegin: () => begin(net) }];
  const { history, epoch } = await net.fit(x, y, { verbose: 0, ...options, callbacks: all });
  return { history, epoch, weights: numbers(net), ...record };
}

for (const [name, make] of Object.entries(runs)) {
  test(`a run goes on from every batch and epoch with the same bits: ${name}`, async () => {
    const whole = await run(network(7), make());
    assert.ok(whole.states.length > 5);
    for (const [i, state] of whole.states.entries()) {
      // Another process has other seeds.
      const net = network(100 + i);
      const rest =
        i % 4 < 2
          ? await run(net, make(), () => net.restoreTrainingState(state))
          : await goOn(net, state, make());
      assert.deepEqual(rest.weights, whole.weights, `weights, gone on from state ${i}`);
      assert.deepEqual({ ...rest.history }, { ...whole.history });
      assert.deepEqual(rest.epoch, whole.epoch);
      assert.deepEqual(rest.states, whole.states.slice(i + 1));
      assert.deepEqual(rest.events, whole.events.slice(whole.events.length - rest.events.length));
      assert.equal(rest.states.length, whole.states.length - i - 1);
    }
  });
}

function goOn(net: Sequential, state: TrainingState, options: FitOptions) {
  net.restoreTrainingState(state);
  return run(net, options);
}

test('a run in series goes on from a state at the end of an epoch', async () => {
  const options = { epochs: 4, batchSize: 4, verbose: 0, validationSplit: 0.2 } as const;
  const states: TrainingState[] = [];
  const net = network(7);
  const callbacks = [
    { runsLast: true, onEpochEnd: () => void states.push(structuredClone(net.trainingState())) },
  ];
  const { history } = await net.fit(x, y, { ...options, callbacks });
  const other = network(8);
  other.restoreTrainingState(states[1]!);
  const rest = await other.fit(x, y, options);
  assert.deepEqual(numbers(other), numbers(net));
  assert.deepEqual(rest.history, history);
});

test('between two fits a state holds weights, slots and streams; restored, the next fit repeats', async () => {
  const options = { epochs: 2, batchSize: 12, verbose: 0 } as const;
  const net = network(7);
  for (const fits of [0, 1]) {
    if (fits > 0) await net.fit(x, y, options);
    const state = structuredClone(net.trainingState());
    assert.equal(state.run, null);
    const { history } = await net.fit(x, y, options);
    const after = numbers(net);
    net.restoreTrainingState(state);
    assert.deepEqual((await net.fit(x, y, options)).history, history);
    assert.deepEqual(numbers(net), after);
    const other = network(9);
    other.restoreTrainingState(state);
    await other.fit(x, y, options);
    assert.deepEqual(numbers(other), after);
  }
});

test('generators go on behind the batches that were taken', async () => {
  const batches = (count: number) =>
    (function* (): Generator<DatasetBatch> {
      for (let i = 0; i < count; i++) {
        const at = (i * 5) % 45;
        yield [x.slice([at], [5]), y.slice([at], [5])];
      }
    })();
  // Validation data goes on too: the second epoch is validated on its third and fourth batch.
  const options = { epochs: 3, stepsPerEpoch: 4, validationSteps: 2, verbose: 0 } as const;
  const { callback, states } = recorder();
  const net = network(7);
  const { history } = await net.fit(batches(100), {
    ...options,
    validationData: batches(9),
    callbacks: [callback],
  });
  assert.notEqual(history.val_loss![0], history.val_loss![1]);
  for (const [i, state] of states.entries()) {
    const other = network(50 + i);
    other.restoreTrainingState(state);
    const rest = await other.fit(batches(100), { ...options, validationData: batches(9) });
    assert.deepEqual(numbers(other), numbers(net), `state ${i}`);
    assert.deepEqual(rest.history, history);
  }
  const other = network(8);
  other.restoreTrainingState(states.at(-2)!);
  await assert.rejects(
    other.fit(batches(3), options),
    /had taken 12 batches from its data, but this data ends after 3/,
  );
});

test('datasets go on behind the batches that were taken of the pass', async () => {
  const dataset = {
    length: 5,
    *[Symbol.iterator](): Generator<DatasetBatch> {
      for (let i = 0; i < 5; i++) yield [x.slice([i * 10], [10]), y.slice([i * 10], [10])];
    },
  };
  const options = { epochs: 3, verbose: 0, validationData: dataset } as const;
  const { callback, states } = recorder();
  const net = network(7);
  const { history } = await net.fit(dataset, { ...options, callbacks: [callback] });
  assert.equal(states.length, 18);
  for (const [i, state] of states.entries()) {
    const other = network(50 + i);
    other.restoreTrainingState(state);
    const rest = await other.fit(dataset, options);
    assert.deepEqual(numbers(other), numbers(net), `state ${i}`);
    assert.deepEqual(rest.history, history);
  }
});

test('checkpoints remember what they saved best', () => {
  const checkpoint = modelCheckpoint({ filepath: 'a.keras', initialValueThreshold: 0.5 });
  assert.deepEqual(checkpoint.getState(), { best: 0.5, batchesSince: 0 });
  const other = modelCheckpoint({ filepath: 'a.keras' });
  other.setState({ best: 0.25, batchesSince: 2 });
  assert.deepEqual(other.getState(), { best: 0.25, batchesSince: 2 });
});

test('compile begins a fresh run', async () => {
  const options = { epochs: 2, batchSize: 12, verbose: 0 } as const;
  const { callback, states } = recorder();
  await network(7).fit(x, y, { ...options, callbacks: [callback] });
  const net = network(8);
  net.restoreTrainingState(states[2]!);
  net.compile({ optimizer: adam(), loss: 'sparseCategoricalCrossentropy' });
  const { epoch } = await net.fit(x, y, options);
  assert.deepEqual(epoch, [0, 1]);
  assert.equal(net.compiled!.optimizer.iterations, 10);
});

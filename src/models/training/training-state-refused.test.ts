/** @file States that are not those of the run, and moments at which there is none. */

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { network, numbers, recorder, x, y } from '../../../tests/support/recorded-runs.ts';
import { ValueError } from '../../base/errors.ts';
import { earlyStopping } from '../../callbacks/index.ts';
import { setBackend } from '../../engine/backend.ts';
import { dense } from '../../layers/index.ts';
import { sequential } from '../sequential.ts';
import type { FitOptions } from './run-options.ts';
import type { TrainingState } from './training-state.ts';

before(() => setBackend('wasm', { threads: 1 }));

test('states of other models, optimizers, data, callbacks and versions are refused', async () => {
  const options = { epochs: 2, batchSize: 12, verbose: 0 } as const;
  const { callback, states } = recorder();
  const net = network(7);
  await net.fit(x, y, { ...options, callbacks: [callback] });
  const state = states[1]!;
  const before = numbers(net);
  const refuse = (value: unknown, message: RegExp) => {
    assert.throws(
      () => net.restoreTrainingState(value as TrainingState),
      (error: Error) => {
        assert.ok(error instanceof ValueError);
        assert.match(error.message, message);
        return true;
      },
    );
    assert.deepEqual(numbers(net), before);
  };
  refuse({ ...state, version: 2 }, /has version 2; this version of Fovea restores version 1 only/);
  refuse({ weights: [] }, /takes what trainingState\(\) gave/);
  refuse({ ...state, weights: state.weights.slice(1) }, /has 3 arrays for the weights of '.*', which has 4/);
  const turned = { ...state.weights[0]!, shape: [12, 6] };
  refuse(
    { ...state, weights: [turned, ...state.weights.slice(1)] },
    /has shape \[6, 12\], the array in its place, '.*', \[12, 6\]/,
  );
  refuse({ ...state, optimizer: { ...state.optimizer!, name: 'SGD' } }, /is of the optimizer SGD/);
  refuse(
    { ...state, optimizer: { ...state.optimizer!, variables: [] } },
    /has 0 arrays for the state of the optimizer/,
  );

  const refuseFit = async (fit: FitOptions, message: RegExp) => {
    const other = network(8);
    other.restoreTrainingState(state);
    await assert.rejects(other.fit(x, y, { ...options, ...fit }), message);
  };
  await refuseFit(
    { batchSize: 10 },
    /within a pass over 50 samples in batches of 12, shuffled, but this run has 50 samples in batches of 10/,
  );
  await refuseFit({ shuffle: false }, /batches of 12, shuffled, but this run has .* not shuffled/);
  await refuseFit(
    { callbacks: [earlyStopping()] },
    /has callbacks \[History\].*, but this run has \[EarlyStopping, History\]/,
  );
  assert.throws(() => sequential([dense({ units: 1 })]).trainingState(), /has no weights yet/);
  const plain = sequential([dense({ units: 1, inputShape: [2] })]);
  assert.equal(plain.trainingState().optimizer, null);
  plain.restoreTrainingState(plain.trainingState());
});

test('a state is taken and restored only where a run stands still', async () => {
  const options = { epochs: 2, batchSize: 12, verbose: 0 } as const;
  const net = network(7);
  const state = net.trainingState();
  for (const callback of [
    { onlyWatches: true, onTrainBatchEnd: () => void net.trainingState() },
    { onEpochBegin: () => void net.trainingState() },
    { onTrainBatchBegin: () => void net.trainingState() },
  ]) {
    await assert.rejects(
      net.fit(x, y, { ...options, callbacks: [callback] }),
      /was asked for while fit\(\) is at work/,
    );
  }
  const late = { onEpochEnd: () => net.restoreTrainingState(state) };
  await assert.rejects(
    net.fit(x, y, { ...options, callbacks: [late] }),
    /Call it before fit\(\), or in onTrainBegin/,
  );
  net.restoreTrainingState(state);
  await net.fit(x, y, options);
  const anew = network(7);
  await anew.fit(x, y, options);
  assert.deepEqual(numbers(net), numbers(anew));
});

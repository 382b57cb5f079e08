import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { ValueError } from '../../base/errors.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { describeBackend, setBackend } from '../../engine/backend.ts';
import * as layers from '../../layers/index.ts';
import { type Sequential, sequential } from '../sequential.ts';

after(() => setBackend('auto'));

const x = new Tensor(
  [256, 6],
  'float32',
  Float32Array.from({ length: 1536 }, (_, i) => Math.sin(i)),
);
const y = new Tensor(
  [256, 1],
  'float32',
  Float32Array.from({ length: 256 }, (_, i) => Math.cos(i)),
);
const options = { batchSize: 16, verbose: 0 } as const;
/** Epochs that together take much longer than changes of the engine. */
const MOST_EPOCHS = 20_000;

function network(): Sequential {
  setRandomSeed(1);
  const net = sequential();
  net.add(layers.dense({ units: 8, activation: 'relu', inputShape: [6] }));
  net.add(layers.dense({ units: 1 }));
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
}

const weightsOf = (net: Sequential) => net.getWeights().map((weight) => weight.toArray());

it('training goes on when the engine is changed meanwhile', async () => {
  await setBackend('wasm', { threads: 1 });
  const net = network();
  // Trains until the engine has changed three times, and some epochs more.
  let [changes, epochsAfter] = [0, 0];
  const training = net.fit(x, y, {
    ...{ ...options, epochs: MOST_EPOCHS },
    callbacks: {
      onEpochEnd: () => {
        if (changes === 3 && ++epochsAfter === 5) net.stopTraining = true;
      },
    },
  });
  for (const threads of [2, 3, 1]) {
    await setBackend('wasm', { threads });
    assert.equal(describeBackend().threads, threads);
    changes++;
  }
  const { history, epoch } = await training;
  assert.ok(epoch.length < MOST_EPOCHS, 'it did not end before the changes');
  const undisturbed = network();
  const expected = await undisturbed.fit(x, y, { ...options, epochs: epoch.length });
  assert.deepEqual(history, expected.history);
  assert.deepEqual(weightsOf(net), weightsOf(undisturbed));
});

it('slips in the choice of an engine are refused', async () => {
  for (const threads of [0, -1, 1.5, 1e6, Number.NaN])
    await assert.rejects(setBackend('wasm', { threads }), ValueError);
  await assert.rejects(setBackend('wasm', { thread: 1 } as never), /threads/);
  await assert.rejects(setBackend('wasn' as never), /wasm/);
});

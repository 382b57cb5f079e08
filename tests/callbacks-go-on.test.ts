/** @file A run that was interrupted goes on with the same weights, history and files, whatever callbacks it has. */

import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { backend, callbacks, layers, optimizers, sequential, Tensor, utils } from '../src/index.ts';
import { readEvents } from './support/event-files.ts';

const home = mkdtempSync(join(tmpdir(), 'fovea-go-on-'));
after(() => rmSync(home, { recursive: true }));
before(() => backend.set('wasm', { threads: 1 }));

const values = (shape: readonly [number, number], step: number) =>
  new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: shape[0] * shape[1] }, (_, i) => Math.sin(step * i)),
  );
const x = values([30, 3], 1.3);
const y = values([30, 1], 0.7);

/** Trains in a folder, as a program does that is started again after each interruption. */
async function train(folder: string, interruptions: readonly number[]) {
  const path = (name: string) => join(home, folder, name);
  for (const interruption of [...interruptions, Number.POSITIVE_INFINITY]) {
    utils.setRandomSeed(2);
    const net = sequential([
      layers.dense({ units: 5, activation: 'tanh', inputShape: [3] }),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }),
    ]);
    net.compile({ optimizer: optimizers.adam({ useEma: true, emaMomentum: 0.8 }), loss: 'mse' });
    let batches = 0;
    const stop = {
      onTrainBatchEnd: () => {
        if (++batches === interruption) throw new Error('interrupted');
      },
    };
    try {
      const { history } = await net.fit(x, y, {
        ...{ epochs: 6, batchSize: 8, validationSplit: 0.2, verbose: 0 },
        callbacks: [
          callbacks.swapEMAWeights({ swapOnEpoch: true }),
          callbacks.earlyStopping({ patience: 4, restoreBestWeights: true }),
          callbacks.csvLogger({ filename: path('log.csv') }),
          callbacks.tensorBoard({ logDir: path('logs'), updateFreq: 2 }),
          callbacks.backupAndRestore({ backupDir: path('backup'), saveFreq: 2 }),
          stop,
        ],
      });
      const files = readdirSync(path('logs/train')).map((name) => readFileSync(path(`logs/train/${name}`)));
      const logged = files.flatMap(readEvents).filter(({ tag }) => tag !== 'keras');
      return {
        history,
        weights: net.getWeights().map((weight) => [...weight.data]),
        table: readFileSync(path('log.csv'), 'utf8'),
        // What was written twice has the same values.
        events: new Map(logged.map(({ tag, step, values: [value] }) => [`${tag} ${step}`, value])),
      };
    } catch (error) {
      assert.equal((error as Error).message, 'interrupted');
    }
  }
  throw new Error('The last run is not interrupted.');
}

test('an interrupted run ends as one that was not interrupted', async () => {
  const whole = await train('whole', []);
  assert.equal(whole.history.loss!.length, 6);
  assert.equal(whole.table.split('\r\n').length, 8);
  const parts = await train('parts', [5, 1, 7]);
  // Events that were waiting to be written when a run was interrupted are lost.
  const kept = new Map([...parts.events].filter(([place]) => whole.events.has(place)));
  assert.deepEqual(
    [...parts.events.keys()].filter((place) => !whole.events.has(place)),
    [],
  );
  for (const [place, value] of kept) assert.equal(value, whole.events.get(place), place);
  assert.ok(kept.has('epoch_loss 5') && kept.has('epoch_loss 0'));
  assert.deepEqual(
    { history: parts.history, weights: parts.weights, table: parts.table },
    { history: whole.history, weights: whole.weights, table: whole.table },
  );
});

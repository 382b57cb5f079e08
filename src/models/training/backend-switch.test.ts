import assert from 'node:assert/strict';
import { after, it } from 'node:test';
import { ValueError } from '../../base/errors.ts';
import { Tensor } from '../../base/tensor.ts';
import { describeBackend, setBackend } from '../../engine/backend.ts';
import * as layers from '../../layers/index.ts';
import { sequential } from '../sequential.ts';

after(() => setBackend('auto'));

it('training goes on when the engine is changed meanwhile', async () => {
  await setBackend('wasm', { threads: 1 });
  const net = sequential();
  net.add(layers.dense({ units: 8, activation: 'relu', inputShape: [6] }));
  net.add(layers.dense({ units: 1 }));
  net.compile({ optimizer: 'adam', loss: 'mse' });
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
  const training = net.fit(x, y, { epochs: 30, batchSize: 16, verbose: 0 });
  for (const threads of [2, 3, 1]) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    await setBackend('wasm', { threads });
    assert.equal(describeBackend().threads, threads);
  }
  const { history } = await training;
  assert.equal(history.loss!.length, 30);
  assert.ok(history.loss!.at(-1)! < history.loss![0]!);
});

it('slips in the choice of an engine are refused', async () => {
  for (const threads of [0, -1, 1.5, 1e6, Number.NaN])
    await assert.rejects(setBackend('wasm', { threads }), ValueError);
  await assert.rejects(setBackend('wasm', { thread: 1 } as never), /threads/);
  await assert.rejects(setBackend('wasn' as never), /wasm/);
});

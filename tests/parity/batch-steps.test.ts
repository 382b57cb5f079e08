/** @file Numbers of steps without a batch size, against Keras: the number of batches, and their results. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { before } from 'node:test';
import { sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { setBackend } from '../../src/engine/backend.ts';
import { dense } from '../../src/layers/index.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { FitOptions } from '../../src/models/training/run-options.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { fixtureUrl } from '../support/fixtures.ts';

interface Steps {
  readonly samples: number;
  readonly fits: readonly {
    readonly name: string;
    readonly options: FitOptions;
    readonly train: number;
    readonly test: number;
    readonly history: Readonly<Record<string, readonly number[]>>;
  }[];
  readonly runs: readonly {
    readonly steps: number;
    readonly test: number;
    readonly values: readonly number[];
    readonly predict: number;
    readonly rows: number;
  }[];
}

const { samples, fits, runs } = JSON.parse(readFileSync(fixtureUrl('batch-steps.json'), 'utf8')) as Steps;
const TOLERANCE = 1e-6;

before(() => setBackend('wasm', { threads: 1 }));

/** The numbers that tools/parity/batch_steps.py makes. */
function numbers(...shape: number[]): Tensor {
  const size = sizeOf(shape);
  return new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: size }, (_, i) => (((i * 37) % 101) - 50) / 64),
  );
}

function network() {
  const net = sequential([dense({ units: 2, inputShape: [3] })]);
  net.setWeights([numbers(3, 2), Tensor.zeros([2])]);
  net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse', metrics: ['mae'] });
  return net;
}

const x = numbers(samples, 3);
const y = numbers(samples, 2);

function counter() {
  const counts = { train: 0, test: 0, predict: 0 };
  const callback = {
    onTrainBatchEnd: () => void counts.train++,
    onTestBatchEnd: () => void counts.test++,
    onPredictBatchEnd: () => void counts.predict++,
  };
  return { counts, callback };
}

for (const { name, options, train, test: tested, history } of fits) {
  test(`fit with ${name}`, async () => {
    const { counts, callback } = counter();
    const run = { epochs: 3, shuffle: false, verbose: 0, callbacks: [callback], ...options } as const;
    const actual = (await network().fit(x, y, run)).history;
    assert.deepEqual({ train: counts.train, test: counts.test }, { train, test: tested });
    assert.deepEqual(Object.keys(actual).sort(), Object.keys(history).sort());
    for (const [key, values] of Object.entries(history)) assertClose(actual[key]!, values, TOLERANCE, key);
  });
}

for (const { steps, test: tested, values, predict, rows } of runs) {
  test(`evaluate and predict with ${steps} steps`, async () => {
    const { counts, callback } = counter();
    const run = { steps, verbose: 0, callbacks: [callback] } as const;
    assertClose(await network().evaluate(x, y, run), values, TOLERANCE, 'loss and metric');
    assert.deepEqual((await network().predict(x, run)).shape, [rows, 2]);
    assert.deepEqual(counts, { train: 0, test: tested, predict });
  });
}

/** @file fit, trainOnBatch and testOnBatch with weights, validation and epochs of all kinds, against Keras. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { before } from 'node:test';
import { sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import * as data from '../../src/data/index.ts';
import { setBackend } from '../../src/engine/backend.ts';
import { dense } from '../../src/layers/index.ts';
import { meanSquaredError } from '../../src/losses/index.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { ClassWeight, FitOptions } from '../../src/models/training/run-options.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { fixtureUrl } from '../support/fixtures.ts';

type Kind = 'values' | 'sum' | 'weighted mean' | 'labels' | 'columns' | 'one-hot' | 'sides';

interface Runs {
  readonly samples: number;
  readonly batchSize: number;
  readonly fits: readonly {
    readonly name: string;
    readonly net: Kind;
    readonly data: 'arrays' | 'dataset' | 'generator';
    readonly options: Omit<FitOptions, 'sampleWeight'> & {
      readonly sampleWeight?: true | 'column';
      readonly validationWeights?: true;
    };
    readonly epoch: readonly number[];
    readonly history: Readonly<Record<string, readonly number[]>>;
  }[];
  readonly batches: readonly {
    readonly net: Kind;
    readonly options: { readonly sampleWeight?: true; readonly classWeight?: ClassWeight };
    readonly train: readonly Readonly<Record<string, number>>[];
    readonly test: Readonly<Record<string, number>>;
  }[];
}

const { samples, batchSize, fits, batches } = JSON.parse(
  readFileSync(fixtureUrl('fit-runs.json'), 'utf8'),
) as Runs;
const TOLERANCE = 2e-6;

before(() => setBackend('wasm', { threads: 1 }));

/** The numbers that tools/parity/make_fit.py makes. */
function numbers(...shape: number[]): Tensor {
  return make(shape, (i) => (((i * 37) % 101) - 50) / 64);
}

function make(shape: readonly number[], value: (index: number) => number): Tensor {
  return new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: sizeOf(shape) }, (_, i) => value(i)),
  );
}

const label = (i: number) => (i * 7) % 3;
const x = numbers(samples, 3);
const weight = make([samples], (i) => (i % 5) / 2);

/** The network of a kind, compiled, and its targets. */
function network(kind: Kind) {
  const values = { units: 2, activation: null, metric: 'mae', y: numbers(samples, 2) } as const;
  const classes = { units: 3, activation: 'softmax', metric: 'accuracy' } as const;
  const sparse = 'sparseCategoricalCrossentropy';
  const { units, activation, loss, metric, y } = {
    values: { ...values, loss: 'mse' },
    sum: { ...values, loss: meanSquaredError({ reduction: 'sum' }) },
    'weighted mean': { ...values, loss: meanSquaredError({ reduction: 'meanWithSampleWeight' }) },
    labels: { ...classes, loss: sparse, y: make([samples], label) },
    columns: { ...classes, loss: sparse, y: make([samples, 1], label) },
    'one-hot': {
      ...classes,
      loss: 'categoricalCrossentropy',
      y: make([samples, 3], (i) => (label(Math.floor(i / 3)) === i % 3 ? 1 : 0)),
    },
    sides: {
      ...{ units: 1, activation: 'sigmoid', metric: 'accuracy', loss: 'binaryCrossentropy' },
      y: make([samples], (i) => (label(i) > 0 ? 1 : 0)),
    },
  }[kind] as { units: number; activation: 'softmax' | null; loss: 'mse'; metric: 'mae'; y: Tensor };
  const net = sequential([dense({ units, activation, inputShape: [3] })]);
  net.setWeights([numbers(3, units), Tensor.zeros([units])]);
  net.compile({
    ...{ optimizer: sgd({ learningRate: 0.1 }), loss, metrics: [metric], weightedMetrics: [metric] },
  });
  return { net, y };
}

function* endless(arrays: readonly Tensor[]) {
  for (;;) {
    for (let start = 0; start < samples; start += batchSize) {
      const size = Math.min(batchSize, samples - start);
      yield arrays.map((array) => array.slice([start], [size]));
    }
  }
}

for (const { name, net: kind, data: form, options: given, epoch, history } of fits) {
  test(`fit: ${name}`, async () => {
    const { net, y } = network(kind);
    const { sampleWeight, validationWeights, ...others } = given;
    const weights = sampleWeight === 'column' ? weight.reshape([samples, 1]) : sampleWeight ? weight : null;
    const validation = validationWeights === true ? { validationData: [x, y, weight] as const } : {};
    const options: FitOptions = { shuffle: false, verbose: 0, ...validation, ...others };
    const arrays = weights === null ? [x, y] : [x, y, weights];
    const run = {
      arrays: () =>
        net.fit(x, y, { ...options, batchSize, ...(weights === null ? {} : { sampleWeight: weights }) }),
      dataset: () => net.fit(data.fromTensors(arrays).batch(batchSize), options),
      generator: () => net.fit(endless(arrays), options),
    }[form];
    const actual = await run();
    assert.deepEqual(actual.epoch, epoch);
    assert.deepEqual(Object.keys(actual.history).sort(), Object.keys(history).sort());
    for (const [key, values] of Object.entries(history)) {
      assertClose(actual.history[key]!, values, TOLERANCE, key);
    }
  });
}

for (const { net: kind, options: given, train, test: tested } of batches) {
  test(`trainOnBatch and testOnBatch: ${kind} with ${Object.keys(given).join() || 'nothing'}`, async () => {
    const { net, y } = network(kind);
    const { sampleWeight, classWeight } = given;
    const weights = sampleWeight === true ? { sampleWeight: weight } : {};
    const labels = classWeight === undefined ? {} : { classWeight };
    const same = (actual: Record<string, number>, expected: Readonly<Record<string, number>>) => {
      assert.deepEqual(Object.keys(actual), Object.keys(expected));
      assertClose(Object.values(actual), Object.values(expected), TOLERANCE, 'numbers');
    };
    for (const logs of train) {
      same(await net.trainOnBatch(x, y, { ...weights, ...labels, returnDict: true }), logs);
    }
    same(await net.testOnBatch(x, y, { ...weights, returnDict: true }), tested);
    const list = await net.testOnBatch(x, y, weights);
    const names = Object.keys(tested).sort((a, b) => Number(b === 'loss') - Number(a === 'loss'));
    assertClose(
      list,
      names.map((name) => tested[name]!),
      TOLERANCE,
      'the loss first',
    );
  });
}

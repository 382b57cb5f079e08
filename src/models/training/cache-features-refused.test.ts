/** @file What `fit` refuses with `cacheFeatures`: models without a frozen front, data that changes or cannot be read again. */

import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { base, network, run, SAMPLES, x, y } from '../../../tests/support/frozen-network.ts';
import { Tensor } from '../../base/tensor.ts';
import * as data from '../../data/index.ts';
import { setBackend } from '../../engine/backend.ts';
import { imageDataGenerator } from '../../images/index.ts';
import * as layers from '../../layers/index.ts';
import type { Model } from '../model.ts';
import { sequential } from '../sequential.ts';
import { type DataInput, type DatasetLike, isDataset } from './data-types.ts';
import type { FitOptions } from './run-options.ts';

before(() => setBackend('auto', { threads: 2 }));

const front = () => base();
let mapped = 0;
const refused: Record<string, readonly [() => Model, DataInput | DatasetLike, FitOptions, RegExp]> = {
  'a model that is not frozen': [() => network(base(true)), x, {}, /'conv2d.*' is not frozen/],
  'statistics of the batch': [
    () => {
      const open = front();
      open.getLayer('bn').trainable = true;
      const net = sequential([
        layers.batchNormalization({ name: 'first', inputShape: [12, 12, 3] }),
        open,
        layers.flatten(),
        layers.dense({ units: 1 }),
      ]);
      net.compile({ loss: 'mse' });
      return net;
    },
    x,
    {},
    /'first'.*(not frozen|statistics)/,
  ],
  'random layers in front': [
    () => {
      const net = sequential([
        layers.randomFlip({ name: 'flip', inputShape: [12, 12, 3] }),
        front(),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ]);
      net.compile({ loss: 'mse' });
      return net;
    },
    x,
    {},
    /'flip' draws random numbers while training.*random layers behind/,
  ],
  'too much memory': [
    network,
    Tensor.zeros([SAMPLES, 12, 12, 3]),
    { cacheFeatures: { maxMegabytes: 1e-3 } },
    /features of the training data would take 1 MB \(23 samples, \[16\] numbers each\)/,
  ],
  'too much memory for a dataset': [
    network,
    data.fromTensors([x, y]).batch(4),
    { cacheFeatures: { maxMegabytes: 1e-3 } },
    /\(24 samples/,
  ],
  'data that changes': [
    network,
    data
      .fromTensors([x, y] as const)
      .map(([a, b]) => [a.add(mapped++), b] as const)
      .batch(4),
    {},
    /makes other samples in each pass/,
  ],
  'a generator that changes images at random': [
    network,
    imageDataGenerator({ horizontalFlip: true }).flow(x, y, { batchSize: 4 }) as DatasetLike,
    {},
    /changes images at random, as most ImageDataGenerators do.*a generator without random changes/,
  ],
  'a generator': [
    network,
    (function* () {
      yield [x, y] as const;
    })(),
    {},
    /one pass/,
  ],
  'an endless dataset': [
    network,
    data.fromTensors([x, y]).batch(4).repeat(),
    { stepsPerEpoch: 3 },
    /never ends/,
  ],
  'batches taken apart': [network, data.fromTensors([x, y]).batch(4).unbatch().batch(3), {}, /unbatch/],
  'samples that come later': [
    network,
    data.fromTensors([x, y]).shuffle(SAMPLES, { seed: 1 }).take(4).batch(2),
    { epochs: 20 },
    /take\(\), skip\(\)/,
  ],
  'a wrong option': [network, x, { cacheFeatures: { maxMegabyte: 3 } as never }, /maxMegabytes/],
  'a wrong value': [network, x, { cacheFeatures: 'yes' as never }, /true, false or a record/],
};

for (const [name, [make, given, options, message]] of Object.entries(refused)) {
  test(`refuses ${name}, with the reason`, async () => {
    const targets = isDataset(given) ? undefined : y;
    await assert.rejects(run(make, [given, targets], { cacheFeatures: true, ...options }), message);
  });
}

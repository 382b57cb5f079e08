/** @file `fit` with `cacheFeatures`: the numbers of training without it, with the frozen front run once for each sample. */

import assert from 'node:assert/strict';
import test, { before } from 'node:test';
import { base, held, network, numbers, run, SAMPLES, x, y } from '../../../tests/support/frozen-network.ts';
import { setRandomSeed } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import * as data from '../../data/index.ts';
import { currentBackend, setBackend } from '../../engine/backend.ts';
import { imageDataGenerator } from '../../images/index.ts';
import * as layers from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import type { Layer } from '../../layers/layer.ts';
import { model as functional } from '../functional.ts';
import type { Model } from '../model.ts';
import { sequential } from '../sequential.ts';
import type { DataInput, DatasetLike } from './data-types.ts';
import type { FitOptions } from './run-options.ts';

before(() => setBackend('auto', { threads: 2 }));

const classWeight = { 0: 1, 1: 2.5 };
const sampleWeight = Tensor.ones([SAMPLES]);
sampleWeight.data[3] = 5;
const pairs = () => data.fromTensors([x, y] as const);
const inputs: Record<string, readonly [DataInput | (() => DatasetLike), DataInput?, FitOptions?]> = {
  arrays: [x, y, { batchSize: 5, validationData: held }],
  'arrays without shuffling': [x, y, { batchSize: 7, shuffle: false, validationSplit: 0.3 }],
  'arrays of bytes': [numbers([SAMPLES, 12, 12, 3]).mul(100).add(50).cast('uint8'), y, { batchSize: 4 }],
  'class weights': [x, y, { batchSize: 5, classWeight }],
  'sample weights': [x, y, { batchSize: 5, sampleWeight }],
  'fewer steps than batches': [x, y, { batchSize: 5, stepsPerEpoch: 2 }],
  'a dataset': [() => pairs().batch(6), undefined, { validationData: data.fromTensors(held).batch(4) }],
  'a shuffled dataset': [() => pairs().shuffle(SAMPLES).batch(6).prefetch(2)],
  'a dataset shuffled in part, with a map': [
    () =>
      pairs()
        .shuffle(5, { seed: 7 })
        .map(([image, label]) => [image.mul(0.5), label] as const, { parallel: 3 })
        .batch(4),
    undefined,
    { classWeight },
  ],
  'a cached dataset': [() => pairs().shuffle(SAMPLES).cache().shuffle(9).batch(6)],
  'datasets joined': [() => pairs().take(10).concatenate(pairs().skip(12)).shuffle(30).repeat(2).batch(6)],
  'pairs zipped': [() => data.fromTensors(x).zip(data.fromTensors(y)).shuffle(SAMPLES).batch(6)],
  'a generator of images without random changes': [
    () => imageDataGenerator({ rescale: 0.5 }).flow(x, y, { batchSize: 5, seed: 2 }),
    undefined,
    { validationData: imageDataGenerator().flow(held[0], held[1], { batchSize: 4, shuffle: false }) },
  ],
  'a generator of images that goes on within its pass': [
    () => imageDataGenerator({ samplewiseCenter: true }).flow(x, y, { batchSize: 6 }),
    undefined,
    { stepsPerEpoch: 3 },
  ],
  'a generator of batches': [
    () =>
      data
        .fromGenerator(function* () {
          for (let i = 0; i < 4; i++)
            yield [x.slice([i * 5, 0, 0, 0], [5, 12, 12, 3]), y.slice([i * 5, 0], [5, 1])];
        })
        .shuffle(4),
  ],
  'a list of batches': [
    () => ({
      *[Symbol.iterator]() {
        yield [x, y] as const;
        yield held;
      },
    }),
  ],
};

for (const [name, [given, targets, options = {}]] of Object.entries(inputs)) {
  test(`gives the same numbers with ${name}`, async () => {
    const [plain, cached] = [
      await run(network, [given, targets], options),
      await run(network, [given, targets], { ...options, cacheFeatures: true }),
    ];
    assert.deepEqual(cached, plain);
  });
}

test('runs the frozen front once for each sample', async () => {
  let calls = 0;
  const reading = data.fromTensors([x, y] as const).map((pair) => {
    calls++;
    return pair;
  });
  await run(network, [() => reading.batch(23)], { epochs: 5, cacheFeatures: true });
  // The first batch is read twice, to see that the data stays the same.
  assert.equal(calls, 2 * SAMPLES);
});

test('takes the frozen layers before the first one that trains, in models of any form', async () => {
  const branches = () => {
    setRandomSeed(6);
    const [image, extra] = [input({ shape: [12, 12, 3] }), input({ shape: [4] })];
    const front = base();
    front.trainable = true;
    front.getLayer(0).trainable = false;
    front.getLayer('bn').trainable = false;
    const pooled = layers.globalAveragePooling2d().apply(front.apply(image));
    const joined = layers.concatenate().apply([pooled, extra]);
    const net = functional({ inputs: [image, extra], outputs: layers.dense({ units: 1 }).apply(joined) });
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    return net;
  };
  const both = [x, numbers([SAMPLES, 4])];
  const options = { batchSize: 6, validationSplit: 0.2 };
  const plain = await run(branches, [both, y], options);
  assert.deepEqual(await run(branches, [both, y], { ...options, cacheFeatures: true }), plain);
});

/** A frozen layer behind dropout belongs to the front while testing, and not while training. */
function layerBehindDropout(): Model {
  setRandomSeed(8);
  const net = sequential([
    base(),
    layers.dropout({ rate: 0.5, inputShape: [12, 12, 3] }),
    layers.conv2d({ filters: 8, kernelSize: 3, name: 'behind' }),
    layers.flatten(),
    layers.dense({ units: 1 }),
  ]);
  net.getLayer('behind').trainable = false;
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  return net;
}

for (const [name, make, compiled] of [
  ['once for training and testing', network, ['test', 'train', 'train front']],
  ['twice where the two differ', layerBehindDropout, ['test', 'test front', 'train', 'train front']],
] as const) {
  test(`compiles the front ${name}`, async (t) => {
    const compile = t.mock.method(await currentBackend(), 'compile');
    const options = { batchSize: 5, epochs: 2, validationData: held };
    const cached = await run(make, [x, y], { ...options, cacheFeatures: true });
    const names = compile.mock.calls.map(({ arguments: [graph] }) => graph.name.replace(/^.*\//, ''));
    assert.deepEqual(names.sort(), compiled);
    assert.deepEqual(cached, await run(make, [x, y], options));
  });
}

test('computes the features again after the frozen weights were set', async () => {
  let trained: Model | null = null;
  const halve = (layer: Layer) => layer.setWeights(layer.getWeights().map((weight) => weight.mul(0.5)));
  const make = (cacheFeatures: boolean) =>
    run(network, [x, y], {
      ...{ batchSize: 6, cacheFeatures },
      callbacks: [
        {
          setModel(model) {
            trained = model as Model;
          },
          onEpochEnd(epoch) {
            if (epoch === 0) halve(trained!.layers[1]!);
          },
        },
      ],
    });
  assert.deepEqual(await make(true), await make(false));
});

test('says what it computes, before the first epoch', async () => {
  const lines: string[] = [];
  const output = { write: (text: string) => lines.push(text) };
  const { progbarLogger } = await import('../../callbacks/progbar-logger.ts');
  await run(network, [x, y], {
    ...{ verbose: 2, epochs: 1, batchSize: 5, cacheFeatures: true, validationData: held },
    callbacks: [progbarLogger({ output })],
  });
  const text = lines.join('');
  assert.match(
    text,
    /^Features of the training data, computed once: 23 samples, 0\.1 kB a sample, 1\.4 kB in memory\n5\/5 .*\nFeatures of the validation data/,
  );
});

for (const [part, after] of [
  ['training', 2],
  ['validation', 6],
] as const) {
  test(`stops while it computes features of the ${part} data, at the next batch`, async () => {
    const net = network();
    const before = net.getWeights().map(({ data: values }) => [...values]);
    let read = 0;
    const counted = <T>(dataset: data.Dataset<T>) =>
      dataset.map((batch) => {
        // The first batch of each is read twice, to see that the data stays the same.
        if (++read > after) net.stopTraining = true;
        return batch;
      });
    const calls: string[] = [];
    const note = (name: string) => () => void calls.push(name);
    const { history } = await net.fit(counted(pairs().batch(6)), {
      ...{ epochs: 3, verbose: 0, cacheFeatures: true },
      validationData: counted(data.fromTensors(held).batch(1)),
      callbacks: [{ onEpochBegin: note('begin'), onEpochEnd: note('end'), onTrainEnd: note('trainEnd') }],
    });
    assert.deepEqual([history, calls], [{}, ['begin', 'trainEnd']]);
    assert.ok(read <= after + 8, `read ${read} batches`);
    const now = net.getWeights().map(({ data: values }) => [...values]);
    assert.deepEqual(now, before);
    const again = await net.fit(pairs().batch(6), { epochs: 2, verbose: 0, cacheFeatures: true });
    assert.equal(again.history.loss?.length, 2, 'the next run is a whole one');
  });
}

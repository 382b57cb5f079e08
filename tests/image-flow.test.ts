/** @file Datasets of folders and flows of ImageDataGenerator in fit, evaluate and predict, and in a program that ends. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, mock, test } from 'node:test';
import { encode } from 'fast-png';
import type { Tensor } from '../src/base/tensor.ts';
import { images, layers, type Sequential, sequential, type TrainingState, utils } from '../src/index.ts';

const quiet = { verbose: 0 } as const;
let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'fovea-fit-'));
  for (const [label, name] of ['dark', 'light'].entries()) {
    await mkdir(join(folder, name));
    for (let i = 0; i < 9; i++) {
      const data = Uint8Array.from({ length: 48 }, (_, at) => 150 * label + ((at * 13 + i * 7) % 100));
      await writeFile(
        join(folder, name, `${i}.png`),
        encode({ width: 4, height: 4, data, channels: 3, depth: 8 }),
      );
    }
  }
});

after(() => rm(folder, { recursive: true, force: true }));

beforeEach(() => {
  mock.restoreAll();
  mock.method(console, 'log', () => {});
});

function network(): Sequential {
  utils.setRandomSeed(1);
  const net = sequential();
  net.add(layers.flatten({ inputShape: [4, 4, 3] }));
  net.add(layers.dense({ units: 1, activation: 'sigmoid' }));
  net.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  return net;
}

const generator = () =>
  images.imageDataGenerator({
    rotationRange: 20,
    horizontalFlip: true,
    rescale: 1 / 100,
    preprocessingFunction: (image) => image.sub(125),
  });
const options = { targetSize: [4, 4], batchSize: 5, classMode: 'binary' } as const;

test('an epoch over a flow has as many batches as the flow is long, and the model learns the classes', async () => {
  const net = network();
  const flow = await generator().flowFromDirectory(folder, options);
  const validation = await generator().flowFromDirectory(folder, { ...options, shuffle: false });
  const history = await net.fit(flow, { ...quiet, epochs: 30, validationData: validation });
  assert.equal(history.params.steps, 4);
  assert.equal(history.history.val_accuracy!.at(-1), 1);
  assert.deepEqual(net.classNames, ['dark', 'light']);
  const [, accuracy] = await net.evaluate(validation, quiet);
  assert.equal(accuracy, 1);
  const inputs = await generator().flowFromDirectory(folder, { ...options, shuffle: false, classMode: null });
  const predicted = await net.predict(inputs, quiet);
  assert.deepEqual(
    Array.from(predicted.data, (p) => Number(p > 0.5)),
    [...inputs.classes],
  );
});

test('an epoch of more steps than a pass of a flow has goes on in the next pass', async () => {
  const warn = mock.method(console, 'warn', () => {});
  let steps = 0;
  const onTrainBatchEnd = () => void steps++;
  const flow = await generator().flowFromDirectory(folder, options);
  const run = { ...quiet, epochs: 2, stepsPerEpoch: 11, callbacks: { onTrainBatchEnd } };
  await network().fit(flow, { ...run, validationData: flow, validationSteps: 9 });
  assert.equal(steps, 22);
  assert.equal(warn.mock.callCount(), 0);
});

test('normalization adapts to one pass of a flow, and refuses what never ends', async () => {
  const flow = await generator().flowFromDirectory(folder, { ...options, shuffle: false });
  const layer = layers.normalization();
  await layer.adapt(flow);
  const [mean] = layer.getWeights();
  assert.ok(mean!.data.every((value) => Math.abs(value) < 2));
  await assert.rejects(layer.adapt(flow.repeat()), /never ends.*take\(n\)/);
});

test('a run over a folder or a flow goes on from each of its batches with the same bits', async () => {
  const sources = [
    async () => {
      const dataset = await images.datasetFromDirectory(folder, {
        imageSize: 4,
        batchSize: 5,
        labelMode: 'binary',
      });
      return dataset.map(([x, y]): [Tensor, Tensor] => [x.div(255), y]);
    },
    () => generator().flowFromDirectory(folder, options),
    () => generator().flowFromDirectory(folder, { ...options, seed: 4 }),
  ];
  for (const source of sources) {
    const states: TrainingState[] = [];
    const net = network();
    const onTrainBatchEnd = () => void states.push(structuredClone(net.trainingState()));
    await net.fit(await source(), { ...quiet, epochs: 2, callbacks: { onTrainBatchEnd } });
    const expected = net.getWeights().map((weight) => [...weight.data]);
    assert.equal(states.length, 8);
    for (const state of states) {
      const other = network();
      // The files are found in the same order only for the same seed, as in a program that is started again.
      const again = await source();
      utils.setRandomSeed(99);
      other.restoreTrainingState(state);
      await other.fit(again, { ...quiet, epochs: 2 });
      assert.deepEqual(
        other.getWeights().map((weight) => [...weight.data]),
        expected,
      );
    }
  }
});

test('the threads that load images do not keep a program from ending, even in the middle of a pass', () => {
  const program = `
    import { images } from ${JSON.stringify(new URL('../src/index.js', import.meta.url).href)};
    const dataset = await images.datasetFromDirectory(${JSON.stringify(folder)}, { imageSize: 4, batchSize: 2 });
    const pass = dataset.pass();
    const { value } = await pass.next();
    console.log(value[0].shape.join());`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(printed, 'Found 18 files belonging to 2 classes.\n2,4,4,3\n');
});

test('weights of classes are for the images of a flow as for arrays', async () => {
  const plain = () => images.imageDataGenerator({ rescale: 1 / 255 });
  const flow = await plain().flowFromDirectory(folder, { ...options, batchSize: 18, shuffle: false });
  const classWeight = { 0: 0.5, 1: 3 };
  const run = { ...quiet, epochs: 2 };
  const ofFlow = await network().fit(flow, { ...run, classWeight });
  for await (const [x, y] of flow.pass()) {
    const arrays = { ...run, batchSize: 18, shuffle: false };
    const ofArrays = await network().fit(x, y, { ...arrays, classWeight });
    assert.deepEqual(ofFlow.history, ofArrays.history);
    const sampleWeight = Float32Array.from(y.data, (label) => (label === 0 ? 0.5 : 3));
    assert.deepEqual(ofFlow.history, (await network().fit(x, y, { ...arrays, sampleWeight })).history);
  }
});

/**
 * @file ResNet-20 for CIFAR, its config written by real Keras: thirty training steps of the whole network, with a frozen base,
 * and partly frozen, from equal weights and on equal batches.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { after } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Tensor } from '../../src/base/tensor.ts';
import { useBackend } from '../../src/engine/backend.ts';
import type { Model } from '../../src/models/model.ts';
import { modelFromConfig } from '../../src/models/saving/from-config.ts';
import { sgd } from '../../src/optimizers/index.ts';
import { assertClose } from '../support/close.ts';
import { batch, weightValues } from '../support/fixture-numbers.ts';
import { type ArrayReference, fixtureUrl, readFixture } from '../support/fixtures.ts';
import { BACKENDS } from './backends.ts';

interface ResNetCase {
  readonly name: string;
  readonly learningRate: number;
  readonly frozen: readonly string[];
  readonly losses: ArrayReference;
  /** Moving mean and moving variance of each normalization after the last step. */
  readonly statistics: readonly ArrayReference[];
}

const { manifest, read } = readFixture<{ batchSize: number; cases: readonly ResNetCase[] }>('resnet20');
const config = JSON.parse(
  gunzipSync(readFileSync(fixtureUrl('parity/resnet20/config.json.gz'))).toString('utf8'),
);
const DRAWN = { classes: 10, height: 32, width: 32, channels: 3 };
const LOSS_TOLERANCE = 1e-3;
/** The allowed difference, as a part of the largest number of each statistic. */
const STATISTIC_TOLERANCE = 1e-4;

function makeModel({ frozen, learningRate }: ResNetCase): Model {
  const net = modelFromConfig(config);
  net.weights.forEach((weight, index) => {
    // Biases and the weights of normalizations: random numbers around the initializers' values.
    const first = weight.shape.length === 1 ? weight.view().slice() : null;
    weight.assign(weightValues(index, weight.shape).map((value, i) => value + (first?.[i] ?? 0)));
  });
  for (const name of frozen) net.getLayer(name).trainable = false;
  const optimizer = sgd({ learningRate, momentum: 0.9 });
  net.compile({ optimizer, loss: 'categoricalCrossentropy' });
  return net;
}

const batches = Array.from({ length: 30 }, (_, step) => {
  const { images, labels } = batch(2000 + step, manifest.batchSize, DRAWN);
  const y = new Float32Array(labels.length * DRAWN.classes);
  labels.forEach((label, i) => {
    y[i * DRAWN.classes + label] = 1;
  });
  return {
    x: new Tensor([labels.length, 32, 32, 3], 'float32', images),
    y: new Tensor([labels.length, DRAWN.classes], 'float32', y),
  };
});

test('the config is the published network', () => {
  const net = modelFromConfig(config);
  // 19 of 3x3, and projections where the second and the third stage begin.
  const convolutions = net.layers.filter(({ className }) => className === 'Conv2D');
  assert.equal(convolutions.length, 21);
  assert.equal(net.layers.filter(({ className }) => className === 'BatchNormalization').length, 21);
  assert.ok(convolutions.every((layer) => layer.weights.length === 1));
  assert.deepEqual(
    manifest.cases.map(({ name }) => name),
    ['whole', 'frozen base', 'partly frozen'],
  );
});

for (const backend of BACKENDS.filter(({ fast }) => fast)) {
  const engine = backend.make();
  after(async () => (await engine).dispose());
  for (const item of manifest.cases) {
    test(`${backend.name}: ${item.name}`, async () => {
      useBackend(await engine);
      const net = makeModel(item);
      const expected = read(item.losses).data;
      for (const [step, { x, y }] of batches.entries()) {
        const loss = await net.trainOnBatch(x, y);
        assertClose(loss, [expected[step]!], LOSS_TOLERANCE, `loss of step ${step}`);
      }
      const statistics = net.weights.filter(({ name }) => /moving_(mean|variance)$/.test(name));
      assert.equal(statistics.length, item.statistics.length);
      statistics.forEach((variable, i) => {
        const { data } = read(item.statistics[i]!);
        assertClose(variable.view(), data, STATISTIC_TOLERANCE, variable.name);
      });
    });
  }
}

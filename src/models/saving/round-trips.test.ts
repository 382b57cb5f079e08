/** @file Models through all formats, one after the other: their outputs stay the same to the last bit. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { resetNames } from '../../base/names.ts';
import { RandomGenerator } from '../../base/random.ts';
import { Tensor } from '../../base/tensor.ts';
import { useBackend } from '../../engine/backend.ts';
import { ReferenceBackend } from '../../engine/reference-backend.ts';
import * as layers from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import type { Layer } from '../../layers/layer.ts';
import { model } from '../functional.ts';
import type { Model } from '../model.ts';
import { sequential } from '../sequential.ts';
import { loadModel } from './load.ts';
import { modelToFiles } from './save.ts';

useBackend(new ReferenceBackend());
beforeEach(() => resetNames());
const random = new RandomGenerator(20_261_127);

const stack = (...list: Layer[]) => sequential({ layers: list });
const image = () => input({ shape: [6, 6, 2] });

const MODELS: Readonly<Record<string, () => Model>> = {
  sequential: () =>
    stack(
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 3] }),
      layers.batchNormalization({ momentum: 0.9 }),
      layers.maxPooling2d(),
      layers.dropout({ rate: 0.5 }),
      layers.flatten(),
      layers.dense({ units: 3, activation: 'softmax' }),
    ),
  'shared layers, two inputs and outputs': () => {
    const [left, right] = [image(), image()];
    const conv = layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same', activation: 'tanh' });
    const merged = layers
      .concatenate()
      .apply([conv.apply(left), layers.multiply().apply([conv.apply(right), conv.apply(left)])]);
    const pooled = layers.globalAveragePooling2d().apply(merged);
    return model({ inputs: [left, right], outputs: [layers.dense({ units: 2 }).apply(pooled), pooled] });
  },
  'models inside, one of them called twice': () => {
    const x = image();
    const inner = model({
      inputs: x,
      outputs: layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(x),
    });
    const head = stack(
      layers.flatten({ inputShape: [6, 6, 2] }),
      stack(layers.dense({ units: 3, inputShape: [72] })),
    );
    const outside = image();
    return model({
      inputs: outside,
      outputs: [head.apply(inner.apply(inner.apply(outside))), inner.apply(outside)],
    });
  },
  'normalizations and activations': () =>
    stack(
      layers.layerNormalization({ inputShape: [4, 4, 3] }),
      layers.batchNormalization({ scale: false }),
      layers.pReLU({ sharedAxes: [1, 2] }),
      layers.leakyReLU({ negativeSlope: 0.1 }),
      layers.reLU({ maxValue: 6 }),
      layers.activation({ activation: 'gelu' }),
    ),
  'depthwise, separable and transposed convolutions': () =>
    stack(
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, inputShape: [7, 7, 2] }),
      layers.separableConv2d({ filters: 3, kernelSize: 2, depthMultiplier: 2, activation: 'elu' }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
      layers.reshape({ targetShape: [-1, 2] }),
    ),
};

function tensor(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: size }, () => random.uniform(0.1, 1)),
  );
}

/** The model that `ending` files of the model hold. */
async function through(net: Model, name: string): Promise<Model> {
  const files = await modelToFiles(net, name);
  return loadModel(files.map((file) => new File([file.bytes as BlobPart], file.name)));
}

test('how a model trains, with no metrics and rates of layers, through all formats', async () => {
  const [left, right] = [image(), image()];
  const head = (name: string) => layers.dense({ units: 2, name });
  const flat = layers.flatten().apply(layers.add().apply([left, right]));
  const net = model({ inputs: [left, right], outputs: [head('a').apply(flat), head('b').apply(flat)] });
  const learningRateMultipliers = { a: 0.5 };
  net.compile({ optimizer: 'sgd', loss: 'meanSquaredError', learningRateMultipliers });
  for (const name of ['a.keras', 'a.h5', 'model.json']) {
    const { options, optimizer } = (await through(net, name)).compiled!;
    assert.deepEqual(
      [options.learningRateMultipliers, optimizer.className],
      [learningRateMultipliers, 'SGD'],
      name,
    );
    assert.equal(options.metrics ?? null, null, name);
  }
});

for (const [name, make] of Object.entries(MODELS)) {
  test(`.keras, .h5, model.json and .keras again: ${name}`, async () => {
    const net = make();
    net.setWeights(net.getWeights().map(({ shape }) => tensor(shape)));
    const inputs = net.inputs.map(({ shape }) => tensor([2, ...(shape.slice(1) as number[])]));
    const outputs = async (of: Model) => {
      const predicted = await of.predict<Tensor | Tensor[]>(inputs.length === 1 ? inputs[0]! : inputs, {
        verbose: 0,
      });
      return [predicted].flat().map(({ data }) => data);
    };
    const expected = await outputs(net);
    let current = net;
    for (const format of ['a.keras', 'a.h5', 'model.json', 'b.keras']) {
      current = await through(current, format);
      assert.deepEqual(await outputs(current), expected, format);
      assert.equal(current.countParams(), net.countParams());
    }
  });
}

import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Config } from '../base/config.ts';
import { resetNames } from '../base/names.ts';
import { Tensor } from '../base/tensor.ts';
import { useBackend } from '../engine/backend.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import { add, conv2d, dense, dropout, flatten, maxPooling2d } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from './functional.ts';
import type { Model } from './model.ts';
import { modelFromConfig } from './saving/from-config.ts';
import { sequential } from './sequential.ts';
import { serializeLayer } from './serialize.ts';

before(() => useBackend(new ReferenceBackend()));

const json = (net: Model): Config => JSON.parse(JSON.stringify(serializeLayer(net)));

async function checkSame(net: Model, x: Tensor | Tensor[]) {
  const object = json(net);
  const again = modelFromConfig(object);
  assert.deepEqual(json(again), object);
  again.setWeights(net.getWeights());
  const [a, b] = [await net.predict(x, { verbose: 0 }), await again.predict(x, { verbose: 0 })];
  assert.deepEqual([...b.data], [...a.data]);
  return again;
}

test('a Sequential model comes back', async () => {
  const net = sequential({ name: 'mine' });
  net.add(conv2d({ filters: 2, kernelSize: [3, 3], activation: 'relu', inputShape: [6, 6, 1] }));
  net.add(maxPooling2d({ poolSize: [2, 2] }));
  net.add(flatten());
  net.add(dropout({ rate: 0.5 }));
  net.add(dense({ units: 3, activation: 'softmax' }));
  const again = await checkSame(net, Tensor.ones([2, 6, 6, 1]));
  assert.equal(again.name, 'mine');
});

test('an unbuilt model comes back unbuilt', () => {
  const again = modelFromConfig(json(sequential([dense({ units: 2 })])));
  assert.equal(again.built, false);
  assert.equal(again.layers.length, 1);
});

test('shared layers, nested models, several inputs', async () => {
  resetNames();
  const x = input({ shape: [4], name: 'x' });
  const inner = model({
    inputs: x,
    outputs: dense({ units: 3, activation: 'tanh' }).apply(x),
    name: 'inner',
  });
  const stack = sequential([dense({ units: 3, inputShape: [3] })]);
  const [a, b] = [input({ shape: [4], name: 'a' }), input({ shape: [4], name: 'b' })];
  const twice = stack.apply(stack.apply(inner.apply(a)));
  const net = model({ inputs: [a, b], outputs: add().apply([twice, inner.apply(b)]) });
  const again = await checkSame(net, [Tensor.ones([2, 4]), Tensor.zeros([2, 4])]);
  assert.equal(again.countParams(), net.countParams());
  const whole = model({ inputs: b, outputs: inner.apply(b) });
  await checkSame(whole, Tensor.ones([2, 4]));
});

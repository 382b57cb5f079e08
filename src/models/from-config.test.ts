import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import type { Config } from '../base/config.ts';
import { FormatError } from '../base/errors.ts';
import { resetNames } from '../base/names.ts';
import { Tensor } from '../base/tensor.ts';
import { useBackend } from '../engine/backend.ts';
import { ReferenceBackend } from '../engine/reference-backend.ts';
import { add, conv2d, dense, dropout, flatten, maxPooling2d } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { modelFromConfig, serializeModel } from './from-config.ts';
import { model } from './functional.ts';
import type { Model } from './model.ts';
import { sequential } from './sequential.ts';

before(() => useBackend(new ReferenceBackend()));

const json = (net: Model): Config => JSON.parse(JSON.stringify(serializeModel(net)));

async function checkSame(net: Model, x: Tensor | Tensor[]) {
  const object = json(net);
  const again = modelFromConfig(object);
  assert.deepEqual(json(again), object);
  again.setWeights(net.getWeights());
  const [a, b] = [await net.predict(x, { verbose: 0 }), await again.predict(x, { verbose: 0 })];
  assert.deepEqual([...b.data], [...a.data]);
  return again;
}

test('a Sequential model comes back, compiled', async () => {
  const net = sequential({ name: 'mine' });
  net.add(conv2d({ filters: 2, kernelSize: [3, 3], activation: 'relu', inputShape: [6, 6, 1] }));
  net.add(maxPooling2d({ poolSize: [2, 2] }));
  net.add(flatten());
  net.add(dropout({ rate: 0.5 }));
  net.add(dense({ units: 3, activation: 'softmax' }));
  net.compile({ optimizer: 'adam', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const again = await checkSame(net, Tensor.ones([2, 6, 6, 1]));
  assert.equal(again.name, 'mine');
  assert.equal(again.compiled?.optimizer.className, 'Adam');
  assert.equal(again.compiled?.options.loss, 'categorical_crossentropy');
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

test('what is no model is refused', () => {
  const net = json(
    model(
      (() => {
        const x = input({ shape: [2] });
        return { inputs: x, outputs: dense({ units: 2, name: 'd' }).apply(x) };
      })(),
    ),
  );
  const broken = (
    change: (config: { layers: { inbound_nodes: unknown }[]; output_layers: unknown }) => void,
  ) => {
    const copy = structuredClone(net) as { config: Parameters<typeof change>[0] };
    change(copy.config);
    return () => modelFromConfig(copy as unknown as Config);
  };
  assert.throws(() => modelFromConfig({}), FormatError);
  assert.throws(
    () => modelFromConfig({ class_name: 'Flatten', config: {} }),
    /holds a Flatten and not a model/,
  );
  assert.throws(() => modelFromConfig({ class_name: 'Sequential', config: {} }), /no list 'layers'/);
  assert.throws(() => modelFromConfig({ class_name: 'Nope', config: {} }), /Unknown layer class 'Nope'/);
  assert.throws(
    broken((config) => {
      config.output_layers = ['d', 3, 0];
    }),
    /d\[3\]\[0\] that is not there/,
  );
  assert.throws(
    broken((config) => {
      config.output_layers = 3;
    }),
    /Expected inputs or outputs/,
  );
  assert.throws(
    broken((config) => {
      config.layers[1]!.inbound_nodes = [
        { args: [{ class_name: '__keras_tensor__', config: { keras_history: ['d', 0, 0] } }] },
      ];
    }),
    /loops or missing inputs: d/,
  );
  assert.throws(
    broken((config) => {
      config.layers[1]!.inbound_nodes = [[]];
    }),
    /no 'args'/,
  );
});

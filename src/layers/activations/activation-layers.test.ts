import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor } from '../../base/tensor.ts';
import { modelFromBytes } from '../../models/saving/load.ts';
import { modelToBytes } from '../../models/saving/save.ts';
import { sequential } from '../../models/sequential.ts';
import * as layers from '../index.ts';
import { LAYERS } from '../registry.ts';

test('a layer stands for an activation, also in files', async () => {
  const activation = layers.leakyReLU({ negativeSlope: 0.5, name: 'leaky' });
  const net = sequential([
    layers.dense({ units: 1, kernelInitializer: 'ones', activation, inputShape: [2] }),
  ]);
  const again = await modelFromBytes(await modelToBytes(net));
  for (const each of [net, again]) {
    const y = await each.predict(Tensor.full([1, 2], -1), { verbose: 0 });
    assert.deepEqual([...y.data], [-1]);
  }
  // As Keras 3.15 writes it.
  assert.deepEqual(again.layers[0]!.getConfig().activation, {
    module: 'keras.layers',
    class_name: 'LeakyReLU',
    config: activation.getConfig(),
    registered_name: null,
  });
});

test('an activation as Keras 2 wrote it', () => {
  const activation = { class_name: 'ReLU', config: { name: 're_lu', max_value: 6 } };
  const dense = LAYERS.fromObject({ class_name: 'Dense', config: { name: 'd', units: 1, activation } });
  assert.equal((dense.getConfig().activation as { class_name: string }).class_name, 'ReLU');
});

test('layers that are no activations are refused', () => {
  for (const layer of [layers.pReLU(), layers.dropout({ rate: 0.5 })]) {
    assert.throws(
      () => layers.dense({ units: 1, activation: layer as never }),
      /The layer (PReLU|Dropout) cannot be the activation of another one, only Activation, ELU/,
    );
  }
  assert.throws(() => layers.dense({ units: 1, activation: { units: 3 } as never }), /Could not interpret/);
  const priced = layers.reLU({ activityRegularizer: 'l2' });
  assert.throws(
    () => layers.dense({ units: 1, activation: priced }),
    /ReLU has an activityRegularizer.*Give it to the layer/,
  );
});

test('a PReLU refuses inputs that its slopes do not fit', () => {
  const layer = layers.pReLU({ name: 'slopes' });
  layer.computeOutputShape([[null, 8]]);
  for (const shape of [
    [null, 3, 8],
    [null, 1],
  ])
    assert.throws(() => layer.computeOutputShape([shape]), /'slopes'/);
});

/** @file Models as Keras 1 and Keras 2 described them. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import type { Config, ConfigValue } from '../../base/config.ts';
import { FormatError } from '../../base/errors.ts';
import { resetNames } from '../../base/names.ts';
import { modelFromConfig } from './from-config.ts';

beforeEach(() => resetNames());

const CONV_1: Config = {
  class_name: 'Convolution2D',
  config: {
    ...{ name: 'conv', trainable: true, batch_input_shape: [null, 8, 8, 3], input_dtype: 'float32' },
    ...{ nb_filter: 4, nb_row: 3, nb_col: 3, init: 'glorot_uniform', activation: 'relu', bias: true },
    ...{ border_mode: 'valid', subsample: [1, 1], dim_ordering: 'tf', W_regularizer: null },
    ...{ b_regularizer: null, activity_regularizer: null, W_constraint: null, b_constraint: null },
  },
};
const CONV_2: Config = {
  class_name: 'Conv2D',
  config: {
    ...{ name: 'conv', trainable: true, batch_input_shape: [null, 8, 8, 3], dtype: 'float32' },
    ...{ filters: 4, kernel_size: [3, 3], padding: 'valid', data_format: 'channels_last' },
  },
};
const FLATTEN: Config = { class_name: 'Flatten', config: { name: 'flatten', trainable: true } };

test('a Sequential as a list of its layers, as Keras wrote it until 2.2', () => {
  for (const conv of [CONV_1, CONV_2]) {
    const net = modelFromConfig({ class_name: 'Sequential', config: [conv, FLATTEN] });
    assert.match(net.name, /^sequential/);
    assert.deepEqual(
      net.layers.map(({ className }) => className),
      ['Conv2D', 'Flatten'],
    );
    assert.deepEqual(net.outputs[0]!.shape, [null, 144]);
    assert.equal(net.countParams(), 112);
  }
});

test('a Sequential of Keras 2, and one inside of another', () => {
  const inner: Config = { class_name: 'Sequential', config: [CONV_2] };
  const net = modelFromConfig({
    class_name: 'Sequential',
    config: { name: 'mine', layers: [inner, FLATTEN] },
  });
  assert.equal(net.name, 'mine');
  assert.deepEqual(net.outputs[0]!.shape, [null, 144]);
});

test('a graph, whose calls are lists of layer, call and output', () => {
  const shape = [null, 8, 8, 3];
  const node = (name: string, last: readonly ConfigValue[] = [{}]): ConfigValue => [name, 0, 0, ...last];
  const layers = (conv: Config, last: readonly ConfigValue[]): ConfigValue[] => [
    {
      ...{ class_name: 'InputLayer', name: 'in', inbound_nodes: [] },
      config: { name: 'in', batch_input_shape: shape, sparse: false },
    },
    { ...conv, name: 'conv', inbound_nodes: [[node('in', last)]] },
    { ...FLATTEN, name: 'flatten', inbound_nodes: [[node('conv', last)]] },
    {
      ...{ class_name: 'Add', name: 'add', config: { name: 'add', trainable: true } },
      inbound_nodes: [[node('flatten', last), node('flatten', last)]],
    },
  ];
  for (const [conv, last] of [
    [CONV_1, []],
    [CONV_2, [{}]],
  ] as const) {
    const ends = { input_layers: [['in', 0, 0]], output_layers: [['add', 0, 0]] };
    const config = { name: 'graph', layers: layers(conv, last), ...ends };
    const net = modelFromConfig({ class_name: 'Model', config });
    assert.deepEqual(net.outputs[0]!.shape, [null, 144]);
    assert.equal(net.getLayer('conv').countParams(), 112);
  }
});

test('a list is no config of anything else', () => {
  assert.throws(() => modelFromConfig({ class_name: 'Dense', config: [CONV_1] }), FormatError);
});

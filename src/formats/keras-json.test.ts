import assert from 'node:assert/strict';
import test from 'node:test';
import type { ConfigValue } from '../base/config.ts';
import { kerasJson } from './keras-json.ts';

test('whole numbers that are floats in Keras keep their point, others stay whole', () => {
  const config = { momentum: 0, learning_rate: 1, beta_1: 0.5, filters: 32, kernel_size: [3, 3], seed: null };
  assert.equal(
    kerasJson(config),
    '{"momentum": 0.0, "learning_rate": 1.0, "beta_1": 0.5, "filters": 32, "kernel_size": [3, 3], "seed": null}',
  );
});

test('lists and records of floats are floats', () => {
  assert.equal(kerasJson({ loss_weights: [1, 0.5] }), '{"loss_weights": [1.0, 0.5]}');
  assert.equal(kerasJson({ loss_weights: { a: 2 } }), '{"loss_weights": {"a": 2.0}}');
  const schedule = { class_name: 'PolynomialDecay', config: { initial_learning_rate: 1, decay_steps: 10 } };
  assert.match(kerasJson({ learning_rate: schedule }), /"initial_learning_rate": 1.0, "decay_steps": 10\}/);
});

test('places are whole, whatever the inputs and outputs of the model are called', () => {
  const places = { input_layers: { alpha: ['alpha', 0, 0] }, output_layers: { value: ['value', 1, 0] } };
  assert.doesNotMatch(kerasJson(places), /\d\.\d/);
});

test('it is JSON of the same value', () => {
  const values: ConfigValue[] = [
    { rate: 1e21, value: -3, name: 'a"\n', scale: true, list: [] },
    null,
    'x',
    {},
    [1, [2]],
  ];
  for (const value of values) assert.deepEqual(JSON.parse(kerasJson(value)), value);
});

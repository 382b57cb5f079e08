/** @file Models as nodes: layers by name and path, images, scores and classes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classes, convnet, image } from '../../tests/support/small-convnet.ts';
import { ShapeError, ValueError } from '../base/errors.ts';
import { tensor } from '../base/tensor.ts';
import { constant } from '../initializers/index.ts';
import {
  activation,
  average,
  conv2d,
  dense,
  flatten,
  globalAveragePooling2d,
  reshape,
} from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model as functional } from '../models/functional.ts';
import type { Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { attribution } from './attribution.ts';
import { compiledView } from './compiled-views.ts';
import { batchOf, oneImage } from './model-input.ts';
import { chosenClass, outputIndex, scoreOf } from './model-score.ts';
import { findLayer, mapsOf, traceModel } from './traced-model.ts';

const base = () =>
  sequential({
    name: 'base',
    layers: [
      conv2d({ name: 'first', filters: 2, kernelSize: 3, inputShape: [5, 5, 1] }),
      activation({ activation: 'relu', name: 'relu' }),
    ],
  });
const net = sequential({
  name: 'net',
  layers: [
    base(),
    conv2d({ name: 'second', filters: 3, kernelSize: 2 }),
    flatten(),
    dense({ units: 3, activation: 'softmax', name: 'top' }),
  ],
});
const x = tensor(
  Float32Array.from({ length: 50 }, (_, i) => Math.cos(i)),
  [2, 5, 5, 1],
);

test('layers are found by name, path and object, also inside of models', () => {
  const traced = traceModel('test', net);
  assert.deepEqual(
    traced.layers.map(({ path }) => path),
    ['base/first', 'base/relu', 'base', 'second', 'flatten', 'top'],
  );
  const first = findLayer('test', traced, 'first');
  assert.equal(first, findLayer('test', traced, 'base/first'));
  assert.equal(first, findLayer('test', traced, first.layer));
  assert.deepEqual(mapsOf('test', first).shape, [null, 3, 3, 2]);
  assert.throws(
    () => mapsOf('test', findLayer('test', traced, 'flatten')),
    /layer 'flatten' gives .*no maps/,
  );
  assert.throws(() => findLayer('test', traced, 'secnod'), /Did you mean 'second'\?.*base\/first/);
  assert.throws(() => findLayer('test', traced, 3 as never), ValueError);
  assert.throws(() => traceModel('test', 'net' as never), /takes a model/);
  assert.throws(() => traceModel('test', sequential({ layers: [dense({ units: 1 })] })), /not been built/);
});

test('of two layers of one name the path is asked for', () => {
  const two = sequential({ layers: [base(), conv2d({ name: 'first', filters: 1, kernelSize: 1 })] });
  const traced = traceModel('test', two);
  assert.equal(findLayer('test', traced, 'first').path, 'first');
  const inside = sequential({
    layers: [
      base(),
      sequential({
        name: 'other',
        layers: [conv2d({ name: 'first', filters: 1, kernelSize: 1, inputShape: [3, 3, 2] })],
      }),
    ],
  });
  assert.throws(() => findLayer('test', traceModel('test', inside), 'first'), /base\/first, other\/first/);
});

test('a model is traced again when its layers change', () => {
  const growing = sequential({ layers: [conv2d({ filters: 1, kernelSize: 1, inputShape: [2, 2, 1] })] });
  const before = traceModel('test', growing);
  assert.equal(traceModel('test', growing), before);
  growing.add(flatten());
  assert.equal(traceModel('test', growing).layers.length, 2);
});

test('images come with or without the axis of the batch', () => {
  const traced = traceModel('test', net);
  assert.equal(batchOf('test', traced, x).samples, 2);
  assert.deepEqual(
    oneImage('test', traced, x.slice([0], [1]).reshape([5, 5, 1])).inputs[0]!.shape,
    [1, 5, 5, 1],
  );
  assert.throws(() => oneImage('test', traced, x), /one image, received a batch of 2/);
  assert.throws(() => batchOf('test', traced, x.reshape([2, 25, 1, 1])), ShapeError);
  assert.throws(() => batchOf('test', traced, [x, x]), /1 input/);
  assert.throws(() => batchOf('test', traced, x.mul(Number.NaN)), /NaN/);
  assert.throws(() => batchOf('test', traced, 'cat.png' as never), /expected a Tensor/);
});

test('scores before and after softmax, also below a reshape; the class by index, name or prediction', async () => {
  const reshaped = sequential({
    layers: [
      conv2d({ filters: 3, kernelSize: 5, activation: 'softmax', inputShape: [5, 5, 1] }),
      reshape({ targetShape: [3] }),
    ],
  });
  for (const model of [net, reshaped] as Model[]) {
    const traced = traceModel('test', model);
    const [logit, probability] = [
      scoreOf('test', traced, 0, 'logit'),
      scoreOf('test', traced, 0, 'probability'),
    ];
    const view = compiledView(traced, 'scores', () => ({ read: [logit.scores, probability.scores] }));
    const [logits, probabilities] = await view.run([x], 2);
    const exps = Array.from(logits!.data, (value) => Math.exp(Number(value)));
    const total = exps[0]! + exps[1]! + exps[2]!;
    for (const i of [0, 1, 2]) assert.ok(Math.abs(exps[i]! / total - Number(probabilities!.data[i])) < 1e-6);
    const row = (probabilities!.data as Float32Array).subarray(0, 3);
    assert.equal(
      chosenClass('test', traced, probability, row, undefined).index,
      row.indexOf(Math.max(...row)),
    );
  }
  const traced = traceModel('test', net);
  const score = scoreOf('test', traced, 0, 'logit');
  const choose = (target: number | string) => chosenClass('test', traced, score, [1, 2, 3], target);
  assert.throws(() => choose('cat'), /no class names/);
  net.classNames = ['ant', 'bee', 'cat'];
  assert.deepEqual(choose('bee').weights, Float32Array.of(0, 1, 0));
  assert.throws(() => choose('bea'), /Did you mean 'bee'/);
  assert.throws(() => choose(3), /0 to 2/);
  assert.throws(() => outputIndex('test', traced, 'tpo'), /top/);
});

test('one sigmoid unit tells two classes apart', () => {
  const binary = sequential({
    layers: [globalAveragePooling2d({ inputShape: [2, 2, 1] }), dense({ units: 1, activation: 'sigmoid' })],
  });
  binary.classNames = ['cat', 'dog'];
  const traced = traceModel('test', binary);
  const [logit, probability] = [
    scoreOf('test', traced, 0, 'logit'),
    scoreOf('test', traced, 0, 'probability'),
  ];
  assert.equal(chosenClass('test', traced, logit, [0.2], undefined).index, 1);
  assert.equal(chosenClass('test', traced, probability, [0.2], undefined).index, 0);
  const weights = Float32Array.of(-1);
  assert.deepEqual(chosenClass('test', traced, logit, [0.2], 'cat'), { index: 0, weights, offset: 0 });
  assert.deepEqual(chosenClass('test', traced, probability, [0.2], 'cat'), { index: 0, weights, offset: 1 });
  binary.classNames = null;
  assert.throws(
    () => chosenClass('test', traced, logit, [0.2], 1),
    /only unit's number.*name both: model.classNames/,
  );
});

test('the mean of several models of one unit tells the first class below a half', async () => {
  const x = input({ shape: [2, 2, 1] });
  const unit = (bias: number) =>
    dense({ units: 1, activation: 'sigmoid', biasInitializer: constant({ value: bias }) }).apply(
      flatten().apply(x),
    );
  const both = functional({ inputs: x, outputs: average().apply([unit(-1), unit(0.5)]) });
  both.classNames = ['cat', 'dog'];
  const found = await attribution(both, tensor([0, 0, 0, 0], [2, 2, 1]));
  assert.equal(found.target, 0);
  assert.ok(Math.abs(found.score - (1 - (1 / (1 + Math.E) + 1 / (1 + Math.exp(-0.5))) / 2)) < 1e-6);
});

test('numbers that are no Tensor are told how to become one', () => {
  const traced = traceModel('test', convnet(...classes()));
  const numbers = image(6, 6, 2).toArray() as never;
  assert.throws(
    () => batchOf('test', traced, numbers),
    /^.{400,600} … \(6 items\)\]\. Make one of numbers: tensor\(numbers, shape\)/,
  );
});

/** @file Frozen layers: what trains, when changes of `trainable` count, and what a step with a frozen base computes. */

import assert from 'node:assert/strict';
import test, { mock } from 'node:test';
import { Tensor } from '../../base/tensor.ts';
import { nativeTarget } from '../../codegen/x64/target.ts';
import { compile } from '../../compiler/compile.ts';
import { setBackend } from '../../engine/backend.ts';
import { topologicalOrder } from '../../graph/node.ts';
import * as layers from '../../layers/index.ts';
import { input } from '../../layers/input-layer.ts';
import type { Layer } from '../../layers/layer.ts';
import { adam, sgd } from '../../optimizers/index.ts';
import { model as functional } from '../functional.ts';
import type { Model } from '../model.ts';
import { modelFromBytes } from '../saving/load.ts';
import { modelToBytes } from '../saving/save.ts';
import { sequential } from '../sequential.ts';
import { buildStep } from './step-graph.ts';

const SAMPLES = 8;

function numbers(shape: readonly number[]): Tensor {
  const tensor = Tensor.zeros(shape);
  for (let i = 0; i < tensor.size; i++) tensor.data[i] = ((i * 37) % 101) / 101 - 0.4;
  return tensor;
}

const x = numbers([SAMPLES, 16, 16, 3]);
const y = new Tensor(
  [SAMPLES, 1],
  'float32',
  Float32Array.from({ length: SAMPLES }, (_, i) => i % 2),
);
const quiet = { verbose: 0, batchSize: 4 } as const;

/** A base with what pretrained ones have: normalizations, depthwise convolutions, sums of branches, strides. */
function base(): Model {
  const image = input({ shape: [16, 16, 3] });
  const normalized = (h: typeof image, name: string) =>
    layers.reLU({ maxValue: 6 }).apply(layers.batchNormalization({ name }).apply(h));
  let h = layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', name: 'first' }).apply(image);
  h = normalized(h, 'first_bn');
  const branch = layers.depthwiseConv2d({ kernelSize: 3, padding: 'same', name: 'deep' }).apply(h);
  h = layers.add().apply([h, normalized(branch, 'deep_bn')]);
  h = layers.maxPooling2d({ poolSize: 2 }).apply(h);
  h = layers
    .conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu', name: 'block_conv1' })
    .apply(h);
  h = layers
    .conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu', name: 'block_conv2' })
    .apply(h);
  return functional({ inputs: image, outputs: h, name: 'base' });
}

/** Augmentation, a base, dropout and a head. */
function network(front: Layer): Model {
  return sequential([
    layers.randomFlip({ inputShape: [16, 16, 3] }),
    layers.rescaling({ scale: 1.5 }),
    front,
    layers.globalAveragePooling2d(),
    layers.dropout({ rate: 0.5 }),
    // No rectifier: with all of its units at 0, no gradient would reach the base.
    layers.dense({ units: 8, activation: 'tanh', name: 'head' }),
    layers.dense({ units: 1, activation: 'sigmoid', name: 'out' }),
  ]);
}

/** `trainable` of all layers from the one of that name on. */
function openFrom(model: Model, name: string): void {
  model.trainable = true;
  let open = false;
  for (const layer of model.layers) {
    open ||= layer.name === name;
    layer.trainable = open;
  }
}

const values = (layer: Layer) => layer.getWeights().map(({ data }) => [...data]);
const namesOf = (model: Model) => model.trainableWeights.map(({ name }) => name);

function withWarnings<T>(work: (warnings: string[]) => Promise<T>): Promise<T> {
  const warnings: string[] = [];
  const warn = mock.method(console, 'warn', (text: string) => warnings.push(text));
  return work(warnings).finally(() => warn.mock.restore());
}

test('setting a model sets all layers inside, nested ones too, and setting a layer only that one', () => {
  const [front, inner] = [base(), sequential([layers.dense({ units: 2, inputShape: [1], name: 'deepest' })])];
  const net = sequential([front, layers.flatten(), layers.dense({ units: 1 }), inner]);
  net.trainable = false;
  assert.equal(inner.getLayer('deepest').trainable, false);
  assert.deepEqual(namesOf(net), []);
  net.trainable = true;
  front.trainable = false;
  assert.deepEqual(namesOf(net), ['dense/kernel', 'dense/bias', 'deepest/kernel', 'deepest/bias']);
  openFrom(front, 'block_conv1');
  assert.deepEqual(namesOf(net).slice(0, 4), [
    ...['block_conv1/kernel', 'block_conv1/bias', 'block_conv2/kernel', 'block_conv2/bias'],
  ]);
});

test('a frozen model stays frozen when a layer inside is set free, as in Keras', () => {
  const front = base();
  front.trainable = false;
  front.getLayer('first').trainable = true;
  assert.deepEqual(namesOf(front), []);
});

test('in a model around it a layer that is set free in a frozen base trains, as in Keras, also out of a file', async () => {
  const front = base();
  const net = sequential([front, layers.flatten(), layers.dense({ units: 1, name: 'out' })]);
  front.trainable = false;
  front.getLayer('first').trainable = true;
  const open = ['first/kernel', 'first/bias', 'out/kernel', 'out/bias'];
  assert.deepEqual(namesOf(net), open);
  net.compile({ optimizer: 'sgd', loss: 'mse' });
  const before = values(front);
  const [, ...extents] = net.inputs[0]!.shape as number[];
  await net.trainOnBatch(numbers([2, ...extents]), numbers([2, 1]));
  assert.deepEqual(
    values(front).map((each, i) => JSON.stringify(each) !== JSON.stringify(before[i])),
    values(front).map((_, i) => i < 2),
  );
  const again = await modelFromBytes(await modelToBytes(net));
  assert.deepEqual(namesOf(again), open);
});

test('what is made frozen is frozen inside of other models too', () => {
  const stack = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })], trainable: false });
  const net = sequential([stack, layers.dense({ units: 1, name: 'out' })]);
  assert.deepEqual(namesOf(net), ['out/kernel', 'out/bias']);
});

test('training in two stages keeps weights over compile and makes slots for open weights only', async () => {
  await setBackend('auto', { threads: 2 });
  const front = base();
  const net = network(front);
  front.trainable = false;
  net.compile({ optimizer: adam({ learningRate: 1e-2 }), loss: 'binaryCrossentropy' });
  const pretrained = values(front);
  await net.fit(x, y, { ...quiet, epochs: 2 });
  assert.deepEqual(values(front), pretrained);
  assert.equal(net.optimizer!.variables.length, 2 + 2 * 4);

  const learned = values(net.getLayer('head'));
  openFrom(front, 'block_conv2');
  net.compile({ optimizer: adam({ learningRate: 1e-3 }), loss: 'binaryCrossentropy' });
  assert.deepEqual(values(net.getLayer('head')), learned);
  await net.fit(x, y, quiet);
  assert.equal(net.optimizer!.variables.length, 2 + 2 * 6);
  assert.equal(net.optimizer!.iterations, 2);
  const open = front.layers.findIndex(({ name }) => name === 'block_conv2');
  const later = (from: number, to: number) => front.layers.slice(from, to).flatMap(values);
  const frozen = front.layers.slice(0, open).flatMap((layer) => layer.weights).length;
  assert.deepEqual(later(0, open), pretrained.slice(0, frozen));
  assert.notDeepEqual(later(open, front.layers.length), pretrained.slice(frozen));
});

test('after training, changes count from the next compile on, with a warning', () =>
  withWarnings(async (warnings) => {
    const front = base();
    const net = network(front);
    net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
    await net.fit(x, y, quiet);
    front.trainable = false;
    const moved = values(front);
    await net.fit(x, y, quiet);
    await net.fit(x, y, quiet);
    assert.notDeepEqual(values(front), moved);
    assert.equal(warnings.length, 1);
    assert.match(warnings[0]!, /fit: `trainable` of 'base', .*'block_conv2' was changed after compile\(\)/);
    net.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
    const frozen = values(front);
    await net.fit(x, y, quiet);
    assert.deepEqual(values(front), frozen);
    front.trainable = true;
    await net.fit(x, y, quiet);
    assert.deepEqual(values(front), frozen);
    assert.equal(warnings.length, 2);
  }));

test('before the first step, changes count, with a warning', () =>
  withWarnings(async (warnings) => {
    const front = base();
    const net = network(front);
    net.compile({ optimizer: 'sgd', loss: 'mse' });
    front.trainable = false;
    const before = values(front);
    await net.trainOnBatch(x, y);
    assert.deepEqual(values(front), before);
    assert.match(warnings.join(), /trainOnBatch: .*Call compile\(\) again/);
  }));

test('a part that was compiled alone trains alone, though it is frozen in the whole', () =>
  withWarnings(async () => {
    const part = sequential([layers.dense({ units: 3, inputShape: [3] }), layers.dense({ units: 1 })]);
    part.compile({ optimizer: 'sgd', loss: 'mse' });
    part.trainable = false;
    const whole = sequential([layers.dense({ units: 3, inputShape: [2], name: 'maker' }), part]);
    whole.compile({ optimizer: 'sgd', loss: 'mse' });
    const before = values(part);
    await whole.trainOnBatch(numbers([4, 2]), numbers([4, 1]));
    assert.deepEqual(values(part), before);
    await part.trainOnBatch(numbers([4, 3]), numbers([4, 1]));
    assert.notDeepEqual(values(part), before);
    const maker = values(whole.getLayer('maker'));
    await whole.trainOnBatch(numbers([4, 2]), numbers([4, 1]));
    assert.notDeepEqual(values(whole.getLayer('maker')), maker);
  }));

/** The training step of a model, and the names of the ops that a layer has in it. */
function trainingStep(model: Model) {
  model.compile({ optimizer: 'sgd', loss: 'binaryCrossentropy' });
  const request = { model, mode: 'train', compiled: model.compiled, inputTypes: ['float32'] } as const;
  const { graph } = buildStep({ ...request, targetShapes: [[null, 1]], weightShapes: [null] });
  const compiled = compile({ ...graph, target: nativeTarget('avx2'), capacity: SAMPLES });
  const nodes = topologicalOrder([...graph.outputs, ...graph.updates.map(({ value }) => value)]);
  const opsOf = (layer: string) => nodes.filter(({ name }) => name === layer).map(({ op }) => op.name);
  const bytesOf = (kind: string) => {
    const own = compiled.program.buffers.filter(
      (buffer, i) => buffer.kind === kind && compiled.bindings[i]!.source === 'program',
    );
    return own.reduce((sum, { elements }) => sum + elements * 4, 0);
  };
  return { compiled, opsOf, bytesOf };
}

test('a frozen base, also inside of another model, is not differentiated, and keeps no maps', () => {
  const inside = base();
  const forward = trainingStep(network(base()));
  const fronts = [base(), sequential([inside, layers.activation({ activation: 'relu' })])];
  const plans = fronts.map((front) => {
    front.trainable = false;
    return trainingStep(network(front));
  });
  assert.ok(
    forward.opsOf('first').some((op) => /gradient/i.test(op)),
    'the test sees gradients',
  );
  assert.ok(forward.bytesOf('shard') > 3000);
  for (const { compiled, opsOf, bytesOf } of plans) {
    for (const layer of ['first', 'first_bn', 'deep', 'deep_bn', 'block_conv1', 'block_conv2']) {
      assert.deepEqual(
        opsOf(layer).filter((op) => /gradient|transpose|mirror|moments/i.test(op)),
        [],
        layer,
      );
    }
    // Accumulators of the head alone, and between sweeps nothing as large as a map.
    assert.ok(bytesOf('shard') < 4 * (16 * 8 + 8 + 8 + 1 + 64), `${bytesOf('shard')} bytes of sums`);
    assert.ok(bytesOf('batch') < 4 * 8 * 8 * 16, `${bytesOf('batch')} bytes a sample kept`);
    assert.equal(compiled.phases.filter(({ kind }) => kind === 'samples').length, 1);
  }
});

test('with the last layer open, only that layer is differentiated', () => {
  const front = base();
  openFrom(front, 'block_conv2');
  const { opsOf, bytesOf } = trainingStep(network(front));
  for (const layer of ['first', 'deep', 'deep_bn', 'block_conv1']) {
    assert.deepEqual(
      opsOf(layer).filter((op) => /gradient/i.test(op)),
      [],
      layer,
    );
  }
  const own = opsOf('block_conv2').filter((op) => /gradient/i.test(op));
  assert.deepEqual(
    own.map((op) => op.replace(/^winogradC/, 'c')).filter((op) => !/weights/i.test(op)),
    [],
  );
  assert.ok(bytesOf('shard') >= 4 * 9 * 16 * 16);
});

/** @file ops.function and gradients of symbolic tensors. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { conv2d, dense, dropout, flatten } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { sgd } from '../optimizers/index.ts';
import { model } from './functional.ts';
import * as ops from './ops.ts';
import { modelToBytes } from './saving/save.ts';
import { sequential } from './sequential.ts';

setRandomSeed(3);
const net = sequential({
  layers: [
    conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [6, 5, 2] }),
    flatten(),
    dropout({ rate: 0.5 }),
    dense({ units: 4, activation: 'softmax' }),
  ],
});
const x = tensor(
  Float32Array.from({ length: 2 * 60 }, (_, i) => Math.sin(i * 1.7)),
  [2, 6, 5, 2],
);

const close = (a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number) => {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i++)
    assert.ok(Math.abs(a[i]! - b[i]!) <= tolerance, `${i}: ${a[i]}, ${b[i]}`);
};

test('outputs of layers are functions of the input, which see weights that change', async () => {
  const f = ops.function({ inputs: net.inputs, outputs: [net.layers[0]!.output, net.output] });
  const [maps, scores] = await f([x]);
  assert.deepEqual(maps!.shape, [2, 4, 3, 3]);
  close(scores!.data as Float32Array, (await net.predict(x, { verbose: 0 })).data as Float32Array, 1e-6);
  const before = net.getWeights();
  net.setWeights(before.map((weight) => weight.mul(0)));
  const [, flat] = await f(x);
  close(flat!.data as Float32Array, new Float32Array(8).fill(0.25), 1e-7);
  net.setWeights(before);
});

test('a function starts between layers too, and takes another number of samples each time', async () => {
  const [first] = net.layers;
  const head = ops.function({ inputs: first!.output, outputs: net.output });
  const maps = await ops.function({ inputs: net.input, outputs: first!.output })(x);
  const scores = await head(maps);
  close(scores.data as Float32Array, (await net.predict(x, { verbose: 0 })).data as Float32Array, 1e-6);
  assert.deepEqual((await head(maps.slice([0], [1]))).shape, [1, 4]);
});

test('gradients are those of finite differences, each sample has its own', async () => {
  const score = ops.slice(net.output, [0, 2], [null, 1]);
  const [slope] = ops.gradients(score, net.inputs);
  const value = ops.function({ inputs: net.inputs, outputs: score });
  const gradient = await ops.function({ inputs: net.inputs, outputs: slope! })(x);
  assert.deepEqual(gradient.shape, [2, 6, 5, 2]);
  for (const place of [0, 31, 60, 97]) {
    const moved = async (by: number) => {
      const data = Float32Array.from(x.data);
      data[place]! += by;
      return (await value(new Tensor(x.shape, 'float32', data))).data[Math.floor(place / 60)] as number;
    };
    const slopes = ((await moved(1e-2)) - (await moved(-1e-2))) / 2e-2;
    close([gradient.data[place] as number], [slopes], 2e-4);
  }
});

test("ops go on from gradients, as in the book's filter patterns", async () => {
  const loss = ops.mean(net.layers[0]!.output, { axes: [1, 2, 3] });
  const [slope] = ops.gradients(loss, net.input);
  const norm = ops.sqrt(ops.mean(ops.square(slope!), { axes: [1, 2, 3], keepDims: true }));
  const unit = ops.div(slope!, ops.add(norm, 1e-5));
  const iterate = ops.function({ inputs: [net.input], outputs: [loss, unit] });
  const [, step] = await iterate([x]);
  const squares = Array.from(step!.data.subarray(0, 60), (value) => Number(value) ** 2);
  const size = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / 60);
  assert.ok(Math.abs(size - 1) < 1e-3, `${size}`);
});

test('gradients of gradients are those of a cube, and of finite differences', async () => {
  const from = input({ shape: [3] });
  const cube = ops.mul(ops.mul(from, from), from);
  const [slope] = ops.gradients(cube, from);
  const [second] = ops.gradients(ops.mul(slope!, slope!), from);
  const [third] = ops.gradients(second!, from);
  const given = tensor([
    [1, -2, 0.5],
    [0, 3, -1],
  ]);
  const results = await ops.function({ inputs: from, outputs: [slope!, second!, third!] })(given);
  // (x^3)' = 3 x^2, ((3 x^2)^2)' = 36 x^3, 108 x^2.
  const expected = [(v: number) => 3 * v ** 2, (v: number) => 36 * v ** 3, (v: number) => 108 * v ** 2];
  results.forEach((result, i) => close(result.data as Float32Array, [...given.data].map(expected[i]!), 1e-4));

  const [steep] = ops.gradients(ops.slice(net.output, [0, 2], [null, 1]), net.inputs);
  const penalty = ops.sum(ops.mul(steep!, steep!), { axes: [1, 2, 3] });
  const [own] = ops.gradients(penalty, net.inputs);
  const both = ops.function({ inputs: net.inputs, outputs: [penalty, own!] });
  const [, pulls] = await both([x]);
  const way = Float32Array.from(x.data, (_, i) => Math.cos(i * 0.9));
  const at = async (by: number) => {
    const moved = Float32Array.from(x.data, (value, i) => value + by * way[i]!);
    return (await both([new Tensor(x.shape, 'float32', moved)]))[0]!.data as Float32Array;
  };
  const [low, high] = [await at(-5e-3), await at(5e-3)];
  for (const sample of [0, 1]) {
    const differences = (high[sample]! - low[sample]!) / 1e-2;
    let along = 0;
    for (let i = sample * 60; i < (sample + 1) * 60; i++) along += way[i]! * Number(pulls!.data[i]);
    assert.ok(
      Math.abs(along - differences) < 1e-3 * Math.max(1, Math.abs(along)),
      `${along}, ${differences}`,
    );
    assert.ok(Math.abs(along) > 1e-3, `${along} is too small to compare`);
  }
});

test('training through a gradient differentiates it again', async () => {
  const from = input({ shape: [2] });
  const layer = dense({ units: 1, useBias: false });
  const slopes = model({ inputs: from, outputs: ops.gradients(layer.apply(from), from)[0]! });
  layer.setWeights([tensor([[1], [-2]])]);
  slopes.compile({ optimizer: sgd({ learningRate: 0.1 }), loss: 'mse' });
  // The gradient is the weights w, so the loss is the mean of w^2, and its gradient is w.
  const zeros = Tensor.zeros([2, 2]);
  assert.deepEqual(await slopes.trainOnBatch(Tensor.ones([2, 2]), zeros), [2.5]);
  close(layer.getWeights()[0]!.data as Float32Array, [0.9, -1.8], 1e-6);
});

test('random layers act when asked for', async () => {
  const f = ops.function({ inputs: net.inputs, outputs: net.layers[2]!.output, training: true });
  const [a, b] = [await f(x), await f(x)];
  assert.notDeepEqual(a.data, b.data);
  assert.ok(a.data.some((value) => value === 0));
});

test('bytes and floats give the same', async () => {
  const bytes = tensor(
    Uint8Array.from({ length: 60 }, (_, i) => (i * 37) % 256),
    [1, 6, 5, 2],
  );
  const f = ops.function({ inputs: net.input, outputs: net.layers[0]!.output });
  assert.deepEqual((await f(bytes)).data, (await f(bytes.cast('float32'))).data);
});

test('a model of gradients predicts, and is not saved', async () => {
  const [slope] = ops.gradients(net.output, net.inputs);
  const slopes = model({ inputs: net.inputs, outputs: slope! });
  assert.deepEqual((await slopes.predict(x, { verbose: 0 })).shape, [2, 6, 5, 2]);
  await assert.rejects(
    modelToBytes(slopes),
    (error) => error instanceof UnsupportedError && /gradients/.test(error.message),
  );
});

test('what does not fit is refused', async () => {
  const other = input({ shape: [3] });
  const f = ops.function({ inputs: net.inputs, outputs: [net.output] });
  const cases: [() => unknown, new (m: string) => Error, RegExp][] = [
    [() => ops.gradients(net.output, other), ValueError, /not computed from/],
    [() => ops.gradients(net.output, [3 as never]), ValueError, /received 3/],
    [() => ops.function({ inputs: net.inputs, outputs: ['conv2d' as never] }), ValueError, /getLayer/],
    [() => ops.function({ inputs: other, outputs: net.output }), ValueError, /not given|input/],
    [() => ops.function({ inputs: [], outputs: net.output }), ValueError, /empty/],
    [() => ops.function({ inputs: net.inputs, output: net.output } as never), ValueError, /output/],
    [() => f([x, x]), ValueError, /1 input\(s\), received 2/],
    [() => f([[1, 2]] as never), ValueError, /expected a Tensor/],
    [
      () => f(x.reshape([2, 5, 6, 2])),
      ShapeError,
      /takes a batch of shape \(None, 6, 5, 2\)|\[null, 6, 5, 2\]/,
    ],
    [() => f(x.slice([0, 0], [1, 6]).mul(Number.NaN)), ValueError, /element 0.*finite/],
  ];
  for (const [body, Class, message] of cases) {
    await assert.rejects(
      async () => body(),
      (error) => error instanceof Class && message.test((error as Error).message),
      String(message),
    );
  }
});

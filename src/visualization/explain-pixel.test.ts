/** @file One number of a layer's output: what it is made of, and that this is what the model computes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import { RandomGenerator } from '../base/random.ts';
import { Tensor } from '../base/tensor.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { Layer } from '../layers/layer.ts';
import { model } from '../models/functional.ts';
import type { Model } from '../models/model.ts';
import { sequential } from '../models/sequential.ts';
import { explainPixel } from './explain-pixel.ts';
import type { PixelExplanation } from './pixel-explanation.ts';

const random = new RandomGenerator(7);

function numbers(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: size }, () => random.uniform(-1, 1)),
  );
}

/** A model of one layer, with random weights. */
function netOf(layer: Layer, shape: readonly number[]): Model {
  const x = input({ shape });
  const net = model({ inputs: x, outputs: layer.apply(x) });
  net.setWeights(net.getWeights().map((weight) => numbers(weight.shape).square().add(0.1)));
  return net;
}

/** Softmax's and other results are checked by explainPixel alone. */
const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
};

/** The parts make the whole, and the whole is the model's own number. */
function checkParts(pixel: PixelExplanation, expected: number): void {
  const { window, kernel, products, sum, bias, beforeActivation, output, strongest, path } = pixel;
  assert.equal(output, expected, path);
  const own = Array.from(window.data, (value, i) => value * kernel.data[i]!);
  assert.deepEqual([...products.data], own, path);
  const total = own.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(total - sum) < 1e-12, path);
  assert.equal(beforeActivation, sum + bias);
  assert.equal(
    strongest[0]!.product,
    own.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
  );
  const apply = FUNCTIONS[pixel.activation];
  if (apply === undefined) return;
  const size = own.reduce((a, b) => a + Math.abs(b), Math.abs(bias));
  assert.ok(Math.abs(apply(beforeActivation) - output) < 1e-6 * (1 + size), path);
}

const conv = { filters: 4, kernelSize: 3 };
const CASES: readonly (readonly [Layer, readonly number[]])[] = [
  [layers.conv2d({ ...conv, activation: 'relu' }), [6, 7, 1]],
  [layers.conv2d({ ...conv, activation: 'softmax', useBias: false }), [6, 6, 3]],
  [layers.conv2d({ ...conv, strides: [2, 1], padding: 'same', activation: 'tanh' }), [6, 7, 2]],
  [layers.conv2d({ ...conv, dilationRate: 2, padding: 'same', groups: 2 }), [6, 7, 6]],
  [layers.conv2d({ ...conv, filters: 17, padding: 'same' }), [9, 8, 16]],
  [layers.conv2d({ filters: 1, kernelSize: 1 }), [1, 1, 4]],
  [layers.depthwiseConv2d({ kernelSize: [2, 3], depthMultiplier: 2, padding: 'same' }), [5, 5, 3]],
  [layers.separableConv2d({ ...conv, depthMultiplier: 2, activation: 'relu' }), [5, 6, 3]],
  [layers.conv2dTranspose({ ...conv, strides: 2, padding: 'same' }), [3, 4, 2]],
  [layers.conv2dTranspose({ ...conv, strides: [1, 3] }), [3, 4, 2]],
  [layers.conv2dTranspose({ ...conv, strides: 2, outputPadding: 1 }), [3, 4, 2]],
  [layers.conv2dTranspose({ ...conv, dilationRate: 2, padding: 'same' }), [5, 4, 2]],
  [layers.maxPooling2d({ padding: 'same' }), [5, 5, 3]],
  [layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }), [5, 6, 2]],
  [layers.adaptiveAveragePooling2d({ outputSize: [2, 3] }), [5, 7, 2]],
  [layers.adaptiveMaxPooling2d({ outputSize: 2 }), [5, 7, 2]],
  [layers.globalAveragePooling2d({ keepdims: true }), [3, 4, 2]],
  [layers.globalMaxPooling2d(), [3, 4, 2]],
  [layers.dense({ units: 3, activation: 'softmax' }), [7]],
  [layers.dense({ units: 3, activation: 'gelu' }), [2, 3, 5]],
  [layers.batchNormalization(), [3, 4, 5]],
  [layers.batchNormalization({ scale: false, axis: 1 }), [5]],
  [layers.activation({ activation: 'relu' }), [3, 2, 2]],
  [layers.reLU({ maxValue: 0.5, negativeSlope: 0.1 }), [3, 2, 2]],
  [layers.leakyReLU(), [3, 2, 2]],
  [layers.eLU({ alpha: 0.7 }), [5]],
  [layers.softmax(), [3, 2, 4]],
];

test('every number of every kind of layer follows from its window', async () => {
  for (const [layer, shape] of CASES) {
    const net = netOf(layer, shape);
    const x = numbers(shape);
    const y = await net.predict(x.reshape([1, ...shape]), { verbose: 0 });
    const [rows, columns, filters] = y.rank === 4 ? y.shape.slice(1) : [1, 1, y.shape[1]!];
    for (let i = 0; i < y.size; i += 1 + (y.size >> 4)) {
      const filter = i % filters!;
      const [row, column] = [Math.floor(i / filters! / columns!), Math.floor(i / filters!) % columns!];
      assert.ok(row < rows!);
      const place = y.rank === 4 ? { row, column } : {};
      checkParts(await explainPixel(net, x, { layer, ...place, filter }), y.data[i]!);
    }
  }
});

test('what the window of a convolution sees, and what of the image', async () => {
  const net = sequential({
    name: 'net',
    layers: [
      sequential({
        name: 'base',
        layers: [
          layers.conv2d({ name: 'first', filters: 2, kernelSize: 3, padding: 'same', inputShape: [6, 6, 3] }),
        ],
      }),
      layers.maxPooling2d({ name: 'pool' }),
      layers.conv2d({ name: 'second', filters: 2, kernelSize: 2, activation: 'relu' }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ units: 2, name: 'top' }),
    ],
  });
  const image = numbers([6, 6, 3]);
  const corner = await explainPixel(net, image.reshape([1, 6, 6, 3]), {
    layer: 'base/first',
    row: 0,
    column: 5,
    filter: 1,
  });
  assert.deepEqual(
    [corner.rows, corner.columns, corner.channels],
    [
      [null, 0, 1],
      [4, 5, null],
      [0, 1, 2],
    ],
  );
  assert.deepEqual(corner.window.shape, [3, 3, 3]);
  assert.deepEqual([...corner.window.data.subarray(0, 9)], Array(9).fill(0));
  assert.deepEqual([...corner.window.data.subarray(9, 12)], [...image.data.subarray(4 * 3, 5 * 3)]);
  assert.deepEqual(corner.receptiveField, { top: 0, left: 4, height: 2, width: 2, whole: false });
  assert.deepEqual(corner.map.shape, [6, 6]);
  const pool = await explainPixel(net, image, { layer: 'pool', row: 1, column: 2, filter: 0 });
  assert.equal(pool.strongest[0]!.product, pool.output);
  assert.deepEqual(pool.kernel.data.filter((weight) => weight !== 0).length, 1);
  const second = await explainPixel(net, image, { layer: 'second', row: 1, column: 0, filter: 1 });
  assert.deepEqual(second.receptiveField, { top: 1, left: 0, height: 5, width: 5, whole: false });
  assert.equal(second.output, Math.max(0, Math.fround(second.output)));
  const top = await explainPixel(net, image, { layer: 'top', filter: 1 });
  assert.deepEqual(top.window.shape, [1, 1, 8]);
  assert.deepEqual(top.receptiveField, { top: 0, left: 0, height: 6, width: 6, whole: true });
  assert.deepEqual(top.image!.shape, [6, 6, 3]);
});

test('several inputs and outputs', async () => {
  const [a, b] = [input({ shape: [4] }), input({ shape: [5, 5, 1] })];
  const maps = layers.conv2d({ name: 'maps', filters: 2, kernelSize: 2, activation: 'relu' }).apply(b);
  const units = layers.dense({ name: 'units', units: 2 }).apply(a);
  const net = model({ inputs: [a, b], outputs: [maps, units] });
  const x = [numbers([4]), numbers([5, 5, 1])];
  assert.deepEqual(
    (await explainPixel(net, x, { layer: 'maps', row: 3, column: 0, filter: 0 })).receptiveField,
    {
      top: 3,
      left: 0,
      height: 2,
      width: 2,
      whole: false,
    },
  );
  assert.equal((await explainPixel(net, x, { layer: 'units', filter: 0 })).window.size, 4);
});

test('what does not exist, and what cannot be explained', async () => {
  const net = sequential({
    layers: [
      layers.conv2d({ name: 'maps', filters: 2, kernelSize: 3, inputShape: [6, 6, 1] }),
      layers.softmax({ name: 'shares', axis: [1, 2] }),
      layers.flatten({ name: 'flat' }),
      layers.dense({ name: 'top', units: 2 }),
    ],
  });
  const x = numbers([6, 6, 1]);
  const at = (options: object) => explainPixel(net, x, { row: 0, column: 0, filter: 0, ...options } as never);
  await assert.rejects(
    at({ layer: 'maps', row: 4 }),
    /`row` must be a whole number from 0 to 3, .*'maps' has 4 rows; received 4/,
  );
  await assert.rejects(at({ layer: 'maps', column: undefined }), /`column` must be .* received undefined/);
  await assert.rejects(at({ layer: 'maps', filter: -1 }), ValueError);
  await assert.rejects(at({ layer: 'top' }), /without rows and columns/);
  await assert.rejects(
    at({ layer: 'flat' }),
    (error) => error instanceof UnsupportedError && /Choose one of maps, shares, top\./.test(error.message),
  );
  await assert.rejects(at({ layer: 'shares' }), /'shares' adds up along axis 1, 2; only the last/);
  await assert.rejects(at({ layer: 'map' }), /Did you mean 'maps'/);
  await assert.rejects(at({ layer: 'maps', filters: 1 }), /filter/);
  await assert.rejects(
    explainPixel(net, numbers([2, 6, 6, 1]), { layer: 'maps', row: 0, column: 0, filter: 0 }),
    ShapeError,
  );
});

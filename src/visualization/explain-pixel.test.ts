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
  [layers.pReLU(), [3, 2, 2]],
  [layers.pReLU({ sharedAxes: [1, 2] }), [3, 2, 2]],
  [layers.pReLU(), [6]],
  [layers.rescaling({ scale: 1 / 127.5, offset: -1 }), [3, 2, 2]],
  [layers.rescaling({ scale: [2, 3], offset: [0, 1] }), [3, 2, 2]],
  [layers.normalization({ mean: [0.2, -0.4], variance: [4, 0.25] }), [3, 2, 2]],
  [layers.normalization({ mean: [0.2, -0.4], variance: [4, 0], invert: true }), [2]],
  [layers.normalization({ axis: null, mean: 0.2, variance: 4 }), [3, 2, 2]],
  [layers.normalization({ axis: [1, 3] }), [3, 2, 2]],
  [layers.layerScale({ initValues: 1, projectionDim: 2 }), [3, 2, 2]],
  [layers.flatten(), [3, 4, 2]],
  [layers.flatten(), [3, 4]],
  [layers.reshape({ targetShape: [4, 3, 2] }), [24]],
  [layers.reshape({ targetShape: [2, 2, 6] }), [3, 4, 2]],
  [layers.reshape({ targetShape: [6, 4] }), [3, 4, 2]],
  [layers.repeatVector({ n: 3 }), [4]],
  [layers.dense({ units: 2, activation: 'relu' }), [3, 4]],
  [layers.batchNormalization(), [3, 4]],
  [layers.pReLU({ sharedAxes: [1] }), [3, 4]],
  [layers.permute({ dims: [2, 3, 1] }), [3, 4, 2]],
  [
    layers.cropping2d({
      cropping: [
        [1, 0],
        [0, 2],
      ],
    }),
    [3, 4, 2],
  ],
  [
    layers.zeroPadding2d({
      padding: [
        [1, 0],
        [0, 2],
      ],
    }),
    [3, 4, 2],
  ],
  [layers.upSampling2d({ size: [2, 3] }), [3, 4, 2]],
  [layers.centerCrop({ height: 2, width: 2 }), [3, 5, 2]],
  [layers.dropout({ rate: 0.5 }), [3, 4, 2]],
  [layers.identity(), [4]],
];

test('every number of every kind of layer follows from its window', async () => {
  for (const [layer, shape] of CASES) {
    const net = netOf(layer, shape);
    const x = numbers(shape);
    const y = await net.predict(x.reshape([1, ...shape]), { verbose: 0 });
    const [rows, columns, filters] = [...[1, 1].slice(y.rank - 2), ...y.shape.slice(1)];
    for (let i = 0; i < y.size; i += 1 + (y.size >> 4)) {
      const filter = i % filters!;
      const [row, column] = [Math.floor(i / filters! / columns!), Math.floor(i / filters!) % columns!];
      assert.ok(row < rows!);
      const place = y.rank === 4 ? { row, column } : y.rank === 3 ? { column } : {};
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

test('numbers that layers merge', async () => {
  const cases: readonly (readonly [Layer, readonly (readonly number[])[], (values: number[]) => number])[] = [
    [
      layers.add(),
      [
        [3, 4, 2],
        [3, 4, 2],
        [3, 4, 2],
      ],
      ([a, b, c]) => a! + b! + c!,
    ],
    [layers.add(), [[3, 4, 2], [2]], ([a, b]) => a! + b!],
    [
      layers.subtract(),
      [
        [3, 4, 2],
        [3, 1, 1],
      ],
      ([a, b]) => a! - b!,
    ],
    [
      layers.multiply(),
      [
        [1, 1, 2],
        [3, 4, 2],
      ],
      ([a, b]) => a! * b!,
    ],
    [layers.multiply(), [[5], [5], [5]], ([a, b, c]) => a! * b! * c!],
    [
      layers.average(),
      [
        [3, 4, 2],
        [4, 2],
      ],
      ([a, b]) => (a! + b!) / 2,
    ],
    [
      layers.maximum(),
      [
        [3, 4, 2],
        [3, 4, 2],
      ],
      (values) => Math.max(...values),
    ],
    [
      layers.minimum(),
      [
        [3, 4, 2],
        [3, 4, 2],
      ],
      (values) => Math.min(...values),
    ],
    [
      layers.concatenate(),
      [
        [3, 4, 2],
        [3, 4, 1],
      ],
      ([value]) => value!,
    ],
    [
      layers.concatenate({ axis: 2 }),
      [
        [3, 1, 2],
        [3, 4, 2],
      ],
      ([value]) => value!,
    ],
    [layers.concatenate(), [[3], [4], [2]], ([value]) => value!],
  ];
  for (const [layer, shapes, merge] of cases) {
    const inputs = shapes.map((shape, i) => input({ shape, name: `x${i}` }));
    const net: Model = model({ inputs, outputs: layer.apply(inputs) });
    const x = shapes.map(numbers);
    const y = await net.predict(
      x.map((one) => one.reshape([1, ...one.shape])),
      { verbose: 0 },
    );
    const [, width, filters] = y.rank === 4 ? (y.shape.slice(1) as number[]) : [1, 1, y.shape[1]!];
    for (let i = 0; i < y.size; i++) {
      const [cell, filter] = [Math.floor(i / filters!), i % filters!];
      const place = y.rank === 4 ? { row: Math.floor(cell / width!), column: cell % width! } : {};
      const pixel = await explainPixel(net, x, { layer, ...place, filter });
      checkParts(pixel, y.data[i]!);
      const values = pixel.origins!.map((origin) => {
        const [, columns, channels] = [...[1, 1, 1].slice(x[origin.input]!.rank), ...x[origin.input]!.shape];
        const { row, column, channel } = origin;
        // Of two axes the first counts as rows.
        const at = x[origin.input]!.rank === 2 ? row + column : row * columns! + column;
        assert.equal(origin.layer, `x${origin.input}`);
        assert.equal(origin.ofVector, x[origin.input]!.rank === 1);
        return x[origin.input]!.data[at * channels! + channel]!;
      });
      assert.deepEqual(
        values,
        pixel.origins!.map(({ value }) => value),
      );
      assert.ok(Math.abs(merge(values) - y.data[i]!) < 1e-6, layer.className);
    }
  }
});

test('numbers that are moved: what gave them, and what they see', async () => {
  const image = input({ shape: [6, 6, 1], name: 'image' });
  const maps = layers.conv2d({ name: 'maps', filters: 2, kernelSize: 3 }).apply(image);
  const kept = layers.dropout({ name: 'kept', rate: 0.5 }).apply(maps);
  const joined = layers.concatenate({ name: 'joined' }).apply([maps, kept]);
  const framed = layers.zeroPadding2d({ name: 'framed', padding: 1 }).apply(joined);
  const net = model({ inputs: image, outputs: layers.flatten({ name: 'flat' }).apply(framed) });
  const x = numbers([6, 6, 1]);
  const { origins, receptiveField } = await explainPixel(net, x, {
    layer: 'flat',
    filter: (2 * 6 + 3) * 4 + 3,
  });
  const { value, ...origin } = origins![0]!;
  assert.deepEqual(origin, { input: 0, row: 2, column: 3, channel: 3, layer: 'framed', ofVector: false });
  assert.deepEqual(receptiveField, { top: 1, left: 2, height: 3, width: 3, whole: false });
  const channel = await explainPixel(net, x, { layer: 'joined', row: 1, column: 2, filter: 3 });
  assert.deepEqual(channel.origins, [
    { input: 1, row: 1, column: 2, channel: 1, layer: 'kept', ofVector: false, value },
  ]);
  const border = await explainPixel(net, x, { layer: 'framed', row: 0, column: 3, filter: 1 });
  assert.deepEqual(
    [border.output, border.origins, border.rows, border.receptiveField!.height],
    [0, [], [null], 0],
  );
});

test('a layer that is used several times', async () => {
  const image = input({ shape: [6, 6, 2] });
  const shared = layers.conv2d({ name: 'shared', filters: 2, kernelSize: 3, padding: 'same' });
  const once = shared.apply(image);
  const net = model({ inputs: image, outputs: shared.apply(once) });
  const x = numbers([6, 6, 2]);
  const at = { layer: 'shared', row: 2, column: 3, filter: 1 };
  const first = await explainPixel(net, x, at);
  const second = await explainPixel(net, x, { ...at, call: 1 });
  assert.deepEqual([first.call, first.calls, second.call, second.calls], [0, 2, 1, 2]);
  assert.deepEqual([first.receptiveField!.height, second.receptiveField!.height], [3, 5]);
  const y = await net.predict(x.reshape([1, 6, 6, 2]), { verbose: 0 });
  checkParts(second, y.data[(2 * 6 + 3) * 2 + 1]!);
  assert.equal(second.window.data[4 * 2 + 1], first.output);
  await assert.rejects(
    explainPixel(net, x, { ...at, call: 2 }),
    /`call` must be a whole number from 0 to 1, since the model uses layer 'shared' 2 times; received 2/,
  );
  const alone = netOf(layers.conv2d({ name: 'alone', filters: 2, kernelSize: 3 }), [6, 6, 2]);
  await assert.rejects(
    explainPixel(alone, x, { ...at, layer: 'alone', call: 1 }),
    /'alone' once; received 1/,
  );
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
      layers.layerNormalization({ name: 'mixed' }),
      layers.upSampling2d({ name: 'between', interpolation: 'bilinear' }),
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
  const rows = netOf(layers.reshape({ name: 'rows', targetShape: [4, 3] }), [12]);
  await assert.rejects(
    explainPixel(rows, numbers([12]), { layer: 'rows', row: 1, column: 0, filter: 0 }),
    /`row` must be a whole number from 0 to 0/,
  );
  const deep = netOf(layers.reshape({ name: 'deep', targetShape: [1, 2, 2, 3] }), [12]);
  await assert.rejects(
    explainPixel(deep, numbers([12]), { layer: 'deep', row: 1, column: 0, filter: 0 }),
    /'deep' works on \[1, 2, 2, 3\] of each sample/,
  );
  await assert.rejects(
    at({ layer: 'mixed' }),
    (error) =>
      error instanceof UnsupportedError &&
      /Choose one of maps, shares, between, flat, top\./.test(error.message),
  );
  await assert.rejects(at({ layer: 'between' }), /'between' interpolates \('bilinear'\)/);
  await assert.rejects(at({ layer: 'shares' }), /'shares' adds up along axis 1, 2; only the last/);
  await assert.rejects(at({ layer: 'map' }), /Did you mean 'maps'/);
  await assert.rejects(at({ layer: 'maps', filters: 1 }), /filter/);
  await assert.rejects(
    explainPixel(net, numbers([2, 6, 6, 1]), { layer: 'maps', row: 0, column: 0, filter: 0 }),
    ShapeError,
  );
});

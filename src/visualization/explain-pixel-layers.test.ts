/** @file Numbers of layers of every kind: what they are made of is what the model computes. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkParts, netOf, numbers } from '../../tests/support/explained-pixels.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { Layer } from '../layers/layer.ts';
import { model } from '../models/functional.ts';
import type { Model } from '../models/model.ts';
import { explainPixel } from './explain-pixel.ts';

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

/** @file One number of a layer's output: which one is asked for, what it sees, and what cannot be explained. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkParts, netOf, numbers } from '../../tests/support/explained-pixels.ts';
import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { explainPixel } from './explain-pixel.ts';

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

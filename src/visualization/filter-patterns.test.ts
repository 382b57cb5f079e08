/** @file Patterns of filters: sizes, options, models of all kinds, and what is refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { tensor } from '../base/tensor.ts';
import {
  conv2d,
  dense,
  flatten,
  globalAveragePooling2d,
  maxPooling2d,
  rescaling,
  reshape,
} from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { asPictures, filterPatterns } from './filter-patterns.ts';

const base = sequential({
  name: 'base',
  layers: [
    conv2d({ name: 'first', filters: 3, kernelSize: 3, inputShape: [8, 8, 3] }),
    maxPooling2d({ name: 'pool', poolSize: 2 }),
    conv2d({ name: 'single', filters: 1, kernelSize: 1 }),
  ],
});
const net = sequential({
  name: 'net',
  layers: [
    base,
    flatten({ name: 'flat' }),
    dense({ name: 'hidden', units: 4, activation: 'relu' }),
    dense({ name: 'top', units: 2, activation: 'softmax' }),
  ],
});
const few = { steps: 3, seed: 1 } as const;

test('pictures of filters and classes, of other sizes, with the same seed the same', async () => {
  const patterns = await filterPatterns(net, 'first', few);
  assert.deepEqual(patterns.shape, [3, 8, 8, 3]);
  assert.equal(patterns.dtype, 'uint8');
  const large = await filterPatterns(net, 'base/single', { ...few, size: [20, 11] });
  assert.deepEqual(large.shape, [1, 20, 11, 3]);
  const again = await filterPatterns(net, 'first', { ...few, filters: [2, 0] });
  assert.deepEqual(again.slice(0, 1).data, patterns.slice(2, 1).data);
  assert.deepEqual(again.slice(1, 1).data, patterns.slice(0, 1).data);
  assert.notDeepEqual((await filterPatterns(net, 'first', { ...few, seed: 2 })).data, patterns.data);
  assert.deepEqual((await filterPatterns(net, 'top', { ...few, filters: [1] })).shape, [1, 8, 8, 3]);
  assert.deepEqual((await filterPatterns(net, 'hidden', few)).shape, [4, 8, 8, 3]);
});

test('edges over the whole width: the ends of the picture become dark and light', async () => {
  const layer = conv2d({ name: 'c', filters: 2, kernelSize: [1, 2], useBias: false, inputShape: [4, 6, 1] });
  const edges = sequential({ layers: [layer] });
  layer.setWeights([tensor([-1, 1, 1, -1], [1, 2, 1, 2])]);
  const [dark, light] = (
    await filterPatterns(edges, 'c', { seed: 3, steps: 40 })
  ).toArray() as number[][][][];
  assert.equal(dark!.length, 4);
  for (const row of dark!) assert.ok(row[0]![0]! < row[5]![0]!);
  for (const row of light!) assert.ok(row[0]![0]! > row[5]![0]!);
});

test('jitter, blur, smoothness and octaves act', async () => {
  const plain = await filterPatterns(net, 'first', { ...few, size: 16 });
  for (const options of [
    { jitter: 2 },
    { blur: 0.5 },
    { totalVariation: 0.5 },
    { octaves: 2 },
    { octaves: 2, octaveScale: 2 },
    { stepSize: 3 },
  ]) {
    const other = await filterPatterns(net, 'first', { ...few, size: 16, ...options });
    assert.deepEqual(other.shape, plain.shape);
    assert.notDeepEqual(other.data, plain.data, JSON.stringify(options));
  }
});

test('the range follows from a first layer that rescales', async () => {
  const scaled = sequential({ layers: [rescaling({ scale: 1 / 255, inputShape: [8, 8, 3] }), base] });
  const patterns = await filterPatterns(scaled, 'first', few);
  const told = await filterPatterns(scaled, 'first', { ...few, range: [0, 255] });
  assert.deepEqual(patterns.data, told.data);
});

test('one channel is grey, four are shown without the last, others as their mean', () => {
  const of = (values: number[], channels: number) =>
    asPictures(tensor(values, [1, 1, values.length / channels, channels]), 1, 'rgb').toArray();
  const grey = (level: number) => [level, level, level];
  // Mean 2, deviation 2: 0.4 and 0.6 of 255.
  assert.deepEqual(of([0, 4], 1), [[[grey(102), grey(152)]]]);
  assert.deepEqual(of([0, 4, 0, 4], 4), [[[[102, 152, 102]]]]);
  assert.deepEqual(of([0, 0, 4, 4], 2), [[[grey(102), grey(152)]]]);
  assert.deepEqual(of([5, 5], 1), [[[grey(127), grey(127)]]]);
  const swapped = asPictures(tensor([0, 2, 4], [1, 1, 1, 3]), 1, 'bgr').toArray() as number[][][][];
  assert.ok(swapped[0]![0]![0]![0]! > swapped[0]![0]![0]![2]!);
});

test('models with several ends: the input that the layer is computed from', async () => {
  const [a, b] = [input({ shape: [4] }), input({ shape: [6, 6, 4] })];
  const maps = conv2d({ name: 'maps', filters: 2, kernelSize: 2 }).apply(b);
  const both = model({
    inputs: [a, b],
    outputs: [dense({ name: 'd', units: 2 }).apply(a), globalAveragePooling2d().apply(maps)],
  });
  assert.deepEqual((await filterPatterns(both, 'maps', few)).shape, [2, 6, 6, 3]);
  await assert.rejects(filterPatterns(both, 'd', few), /no images/);
});

test('what cannot be is refused', async () => {
  const refuse = (layer: string, options: object, error: RegExp) =>
    assert.rejects(filterPatterns(net, layer, options as never), error);
  await refuse('frist', {}, /Did you mean 'first'/);
  await refuse('first', { filters: [3] }, /from 0 to 2/);
  await refuse('first', { filters: [] }, /filters/);
  await refuse('first', { size: 0 }, /size/);
  await refuse('first', { size: 2 }, /fixes the size|no pixels/);
  await refuse('top', { size: 16 }, /fixes the size/);
  await refuse('first', { range: [1, 0] }, /range/);
  await refuse('first', { colors: 'grb' }, /Did you mean/);
  await refuse('first', { octaveScale: 1 }, /above 1/);
  await refuse('first', { step: 3 }, /filterPatterns option/);
  await refuse('first', { seed: -1 }, /seed/);
  const shaped = sequential({
    layers: [
      reshape({ targetShape: [4, 4, 3], inputShape: [48] }),
      conv2d({ name: 'c', filters: 1, kernelSize: 1 }),
    ],
  });
  await assert.rejects(filterPatterns(shaped, 'c', few), ShapeError);
  await assert.rejects(filterPatterns('net' as never, 'c'), ValueError);
});

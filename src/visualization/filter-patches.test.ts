/** @file Patches that excite filters: found over batches and data sets, cut from the images. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { fromTensors } from '../data/index.ts';
import { conv2d, dense, flatten, maxPooling2d, multiply, reshape } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { filterPatches } from './filter-patches.ts';

/** Filter 0 adds up 2 × 2 pixels, filter 1 is dead. */
const layer = conv2d({ name: 'c', filters: 2, kernelSize: 2, useBias: false, inputShape: [5, 4, 1] });
const net = sequential({
  layers: [layer, maxPooling2d({ poolSize: 2, padding: 'same', name: 'p' }), flatten({ name: 'f' })],
});
layer.setWeights([tensor([1, 0, 1, 0, 1, 0, 1, 0], [2, 2, 1, 2])]);

/** Image i has a single pixel of i + 1. */
const images = tensor(
  Float32Array.from({ length: 7 * 20 }, (_, i) =>
    i % 20 === (Math.floor(i / 20) * 3) % 20 ? Math.floor(i / 20) + 1 : 0,
  ),
  [7, 5, 4, 1],
);

test('the strongest patches, each from another image, with the places where they are', async () => {
  const told: number[] = [];
  const [first, dead] = await filterPatches(net, images, {
    layer: 'c',
    top: 3,
    batchSize: 2,
    onProgress: ({ samples, total }) => told.push(samples, total!),
  });
  assert.deepEqual(told, [2, 7, 4, 7, 6, 7, 7, 7]);
  assert.deepEqual(
    first!.patches.map(({ sample, score }) => [sample, score]),
    [
      [6, 7],
      [5, 6],
      [4, 5],
    ],
  );
  for (const { patch, sample, rows, columns, score, position } of first!.patches) {
    assert.deepEqual(patch.shape, [2, 2, 1]);
    assert.equal(patch.max().item(), score);
    assert.deepEqual([rows.from, columns.from], position);
    const image = images.slice(sample, 1).reshape([5, 4, 1]);
    assert.deepEqual(patch.data, image.slice([rows.from, columns.from, 0], [2, 2, 1]).data);
  }
  assert.deepEqual(dead, { filter: 1, patches: [] });
});

test('data sets, generators, bytes and patches at the border', async () => {
  const expected = await filterPatches(net, images, { layer: 'p', filters: [0] });
  const dataset = fromTensors([images, Tensor.zeros([7, 1])]).batch(3);
  assert.deepEqual(await filterPatches(net, dataset, { layer: 'p', filters: [0] }), expected);
  function* batches() {
    yield images.slice(0, 4);
    yield images.slice(4);
  }
  assert.deepEqual(await filterPatches(net, batches(), { layer: 'p', filters: [0] }), expected);
  const [bytes] = await filterPatches(net, images.cast('uint8'), { layer: 'p', filters: [0] });
  assert.equal(bytes!.patches[0]!.patch.dtype, 'uint8');
  const shapes = expected[0]!.patches.map(({ patch }) => patch.shape);
  assert.ok(shapes.some(([h, w]) => h! < 3 || w! < 3));
});

test('models of several inputs: lists of Tensors, data sets, and the input that patches are cut from', async () => {
  const [left, right, ages] = [
    input({ shape: [5, 4, 1], name: 'left' }),
    input({ shape: [5, 4, 1], name: 'right' }),
    input({ shape: [2], name: 'ages' }),
  ];
  const gate = dense({ units: 2, kernelInitializer: 'ones' }).apply(ages);
  const gated = multiply({ name: 'gated' }).apply([
    layer.apply(left),
    reshape({ targetShape: [1, 1, 2] }).apply(gate),
  ]);
  const other = conv2d({ name: 'other', filters: 1, kernelSize: 3, kernelInitializer: 'ones' }).apply(right);
  const several = model({ inputs: [left, right, ages], outputs: [gated, other] });
  // The sixth sample's gate makes its answer the strongest.
  const factors = tensor(
    Float32Array.from({ length: 14 }, (_, i) => (i === 11 ? 5 : i % 2)),
    [7, 2],
  );
  const x = [images, images.mul(2), factors];
  const [first] = await filterPatches(several, x, { layer: 'gated', input: 'left', batchSize: 3, top: 2 });
  assert.deepEqual(
    first!.patches.map(({ sample, score, patch }) => [sample, score, ...patch.shape]),
    [
      [5, 30, 2, 2, 1],
      [6, 7, 2, 2, 1],
    ],
  );
  const [ofOther] = await filterPatches(several, x, { layer: 'other', input: 1, top: 1 });
  assert.deepEqual(ofOther!.patches[0]!.patch.shape, [3, 3, 1]);
  assert.equal(ofOther!.patches[0]!.patch.max().item(), ofOther!.patches[0]!.score);
  // What of the other image the number depends on is not known by place.
  const [unseen] = await filterPatches(several, x, { layer: 'other', input: 'left', top: 1 });
  assert.deepEqual(unseen!.patches[0]!.patch.shape, [5, 4, 1]);
  const at = { layer: 'gated', input: 'left', top: 2 } as const;
  const expected = await filterPatches(several, x, at);
  const halves = [0, 4].map((from) => x.map((one) => one.slice(from, from === 0 ? 4 : 3)));
  for (const batch of [
    (half: Tensor[]) => half,
    (half: Tensor[]) => [half],
    (half: Tensor[]) => [half, Tensor.zeros([half[0]!.shape[0]!, 1])],
    ([a, b, c]: Tensor[]) => ({ left: a, right: b, ages: c }),
  ]) {
    const batches = function* () {
      for (const half of halves) yield batch(half);
    };
    assert.deepEqual(await filterPatches(several, batches() as never, at), expected);
  }
  const one = await filterPatches(
    several,
    x.map((all) => all.slice(5, 1).reshape(all.shape.slice(1))),
    at,
  );
  assert.equal(one[0]!.patches[0]!.score, 30);
  const refuse = (data: unknown, options: object, error: RegExp) =>
    assert.rejects(filterPatches(several, data as never, { ...at, ...options } as never), error);
  await refuse(x, { input: undefined }, /inputs left, right, ages\. Say with \{ input \}/);
  await refuse(x, { input: 'ages' }, /input 'ages' .* takes \[null, 2\]/);
  await refuse(x, { input: 'middle' }, /middle/);
  await refuse(images, {}, /expected 3 Tensors, for left, right, ages,/);
  await refuse([images, images.slice(1), factors], {}, /7, 6, 7 samples/);
});

test('what cannot be is refused', async () => {
  const refuse = (data: unknown, options: object, error: RegExp | typeof ValueError) =>
    assert.rejects(filterPatches(net, data as never, options as never), error);
  await refuse(images, { layer: 'd' }, /has no layer 'd'/);
  await refuse(images, {}, ValueError);
  await refuse(images, { layer: 'f' }, /no maps/);
  await refuse(images, { layer: 'c', filters: [2] }, /from 0 to 1/);
  await refuse(images, { layer: 'c', most: 2 }, /filterPatches option/);
  await refuse('mnist', { layer: 'c' }, /data set/);
  await refuse([], { layer: 'c' }, ValueError);
  await assert.rejects(filterPatches(net, Tensor.zeros([2, 5, 5, 1]), { layer: 'c' }), ShapeError);
});

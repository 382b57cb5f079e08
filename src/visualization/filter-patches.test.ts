/** @file Patches that excite filters: found over batches and data sets, cut from the images. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { fromTensors } from '../data/index.ts';
import { conv2d, flatten, maxPooling2d } from '../layers/index.ts';
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

/** @file Heatmaps over photos, and attribution maps as pictures. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { attributionPicture } from './attribution-picture.ts';
import { overlay } from './overlay.ts';

test('the heatmap is stretched to the photo and mixed with it', () => {
  const photo = Tensor.full([4, 4, 3], 100, 'uint8');
  const heatmap = tensor([
    [0, 1],
    [0, 1],
  ]);
  const mixed = overlay(photo, heatmap, { alpha: 0.5, colorMap: 'gray' });
  assert.deepEqual([mixed.shape, mixed.dtype], [[4, 4, 3], 'uint8']);
  // Half-pixel centres: 0, 1/4, 3/4, 1 from left to right.
  const row = [0, 3, 6, 9].map((at) => mixed.data[at]);
  assert.deepEqual(row, [50, 82, 146, 178]);
  assert.deepEqual(overlay(photo, heatmap, { alpha: 0 }).data, photo.data);
});

test('grey photos, photos with alpha, floats with a range, one-pixel heatmaps', () => {
  const one = tensor([[1]]);
  for (const channels of [1, 2, 3, 4]) {
    const mixed = overlay(Tensor.full([2, 3, channels], 200, 'uint8'), one, { colorMap: 'gray' });
    assert.deepEqual([mixed.shape, mixed.data[0]], [[2, 3, 3], 222]);
  }
  const floats = Tensor.full([1, 2, 2, 1], 1);
  assert.equal(overlay(floats, one, { range: [0, 1], colorMap: 'gray' }).data[0], 255);
  assert.throws(() => overlay(floats, one), /range/);
});

test('what is no photo, no heatmap or no option is refused', () => {
  const photo = Tensor.zeros([2, 2, 3], 'uint8');
  const heatmap = tensor([[1]]);
  assert.throws(() => overlay(photo, tensor([[1.5]])), /from 0 to 1, received 1.5/);
  assert.throws(() => overlay(photo, tensor([[Number.NaN]])), /not finite/);
  assert.throws(() => overlay(photo, tensor([1])), ShapeError);
  assert.throws(() => overlay('cat.png' as never, heatmap), /received 'cat.png'/);
  assert.throws(() => overlay(photo, heatmap, { alpha: 2 }), ValueError);
  assert.throws(() => overlay(photo, heatmap, { opacity: 1 } as never), /opacity/);
  assert.throws(() => overlay(photo, heatmap, { colorMap: 'jett' as never }), /Did you mean 'jet'/);
});

test('signed maps get the middle colour at 0, and outliers do not make the rest pale', () => {
  const values = Float32Array.from({ length: 200 }, (_, i) => (i === 0 ? 1000 : i % 2 === 0 ? 1 : -1));
  const picture = attributionPicture(new Tensor([10, 20, 1], 'float32', values));
  assert.deepEqual(picture.shape, [10, 20, 3]);
  const [outlier, against, rest] = [0, 1, 2].map((place) => [
    ...picture.data.subarray(place * 3, place * 3 + 3),
  ]);
  assert.deepEqual(outlier, rest);
  assert.ok(rest![0]! > rest![2]! && against![0]! < against![2]!, 'red for, blue against');
  const zeros = attributionPicture(Tensor.zeros([2, 2, 3]));
  assert.ok(
    zeros.data.every((value) => value > 200 && value < 240),
    'grey',
  );
});

test('absolute maps show the largest channel; maps without channels are maps too', () => {
  const map = tensor([
    [
      [0.5, -2],
      [0, 0],
    ],
  ]);
  const gray = (options: object) => attributionPicture(map, { colorMap: 'gray', ...options }).data;
  assert.deepEqual([...gray({ show: 'absolute' })], [255, 255, 255, 0, 0, 0]);
  assert.equal(gray({})[0], 0);
  assert.deepEqual(attributionPicture(tensor([[1, 2, 3]])).shape, [1, 3, 3]);
  assert.throws(() => attributionPicture(tensor([1])), ShapeError);
  assert.throws(() => attributionPicture(map.mul(Number.NaN)), /finite/);
  assert.throws(() => gray({ show: 'all' }), ValueError);
  assert.throws(() => gray({ percentile: 0 }), /percentile/);
});

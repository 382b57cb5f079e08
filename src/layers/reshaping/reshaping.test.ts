import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { cropping2d, maxPooling2d, permute, repeatVector, upSampling2d, zeroPadding2d } from '../index.ts';

const shapeOf = (layer: ReturnType<typeof zeroPadding2d | typeof cropping2d>) =>
  layer.computeOutputShape([[null, 5, 6, 3]]);

test('borders are given as one number, two, or two pairs', () => {
  assert.deepEqual(zeroPadding2d({ padding: [1, 2] }).padding, [
    [1, 1],
    [2, 2],
  ]);
  assert.deepEqual(
    zeroPadding2d({
      padding: [
        [0, 1],
        [2, 3],
      ],
    }).padding,
    [
      [0, 1],
      [2, 3],
    ],
  );
  assert.deepEqual(shapeOf(zeroPadding2d({ padding: [3, [0, 1]] })), [null, 11, 7, 3]);
  assert.deepEqual(shapeOf(cropping2d({ cropping: 2 })), [null, 1, 2, 3]);
  for (const padding of [-1, 1.5, [1, 2, 3], [[1, 2, 3], 1], 'same', [1, -2]])
    assert.throws(() => zeroPadding2d({ padding: padding as never }), ValueError);
});

test('cropping everything is refused with the shapes', () => {
  assert.throws(
    () => shapeOf(cropping2d({ cropping: [2, 3], name: 'cut' })),
    (error: unknown) =>
      error instanceof ShapeError &&
      error.message.startsWith('Values in `cropping` argument should be smaller than') &&
      error.message.includes("[null, 5, 6, 3], cropping=[[2, 2], [3, 3]] in layer 'cut'"),
  );
});

test('permute names each axis once', () => {
  assert.throws(
    () => permute({ dims: [1, 3] }),
    /Invalid permutation argument `dims`.*Received dims=\[1, 3\]/,
  );
  assert.throws(() => permute({ dims: [2, 1] }).computeOutputShape([[null, 2, 3, 4]]), /expected ndim=3/);
});

test('repeatVector and upSampling2d take whole numbers from 1 up, and make no maps beyond memory', () => {
  assert.throws(() => repeatVector({ n: 0 }), ValueError);
  assert.throws(() => upSampling2d({ size: [2, 0] }), ValueError);
  for (const size of [2 ** 17, 2 ** 40]) {
    assert.throws(() => upSampling2d({ size }).computeOutputShape([[null, 2, 2, 1]]), ShapeError);
    assert.throws(
      () => maxPooling2d({ poolSize: 1 }).computeOutputShape([[null, 2 * size, 2, 1]]),
      ShapeError,
    );
  }
  assert.throws(() => upSampling2d({ interpolation: 'area' as never }), ValueError);
});

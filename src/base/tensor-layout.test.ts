import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError } from './errors.ts';
import { Tensor, tensor } from './tensor.ts';

const cube = () => Tensor.range(0, 24).reshape([2, 3, 4]);

test('reshape shares data and works out one extent', () => {
  const x = cube();
  assert.deepEqual(x.reshape([-1, 6]).shape, [4, 6]);
  assert.deepEqual(x.reshape([24]).shape, [24]);
  assert.equal(x.reshape([24]).data, x.data);
  assert.deepEqual(tensor(1).reshape([1, 1]).shape, [1, 1]);
  assert.deepEqual(tensor([1]).reshape([]).shape, []);
  assert.throws(
    () => x.reshape([5, 5]),
    /reshape of \[2, 3, 4\]: shape \[5, 5\] needs 25 elements, received 24/,
  );
  assert.throws(() => x.reshape([-1, 5]), /24 elements cannot be divided by 5/);
  assert.throws(() => x.reshape([-1, -1]), ShapeError);
  assert.throws(() => x.reshape([-1, 0]), ShapeError);
  assert.throws(() => x.reshape([-2, 12]), ShapeError);
  assert.throws(() => x.reshape(24 as unknown as number[]), /shape must be an array/);
});

test('slice takes windows', () => {
  const x = cube();
  assert.deepEqual(x.slice(1).shape, [1, 3, 4]);
  assert.equal(x.slice(1, 1).data.buffer, x.data.buffer, 'a cut of the first axis shares the data');
  assert.deepEqual(x.slice([0, 1], [-1, 1]).toArray(), [[[4, 5, 6, 7]], [[16, 17, 18, 19]]]);
  assert.deepEqual(x.slice([1, 1, 1], [1, 2, 2]).toArray(), [
    [
      [17, 18],
      [21, 22],
    ],
  ]);
  assert.deepEqual(x.slice([0, 0, 3]).toArray(), [
    [[3], [7], [11]],
    [[15], [19], [23]],
  ]);
  assert.deepEqual(x.slice(2).shape, [0, 3, 4]);
  assert.deepEqual(x.slice([0, 3], [-1, 0]).shape, [2, 0, 4]);
  assert.equal(tensor(7).slice([]).item(), 7);
  assert.throws(() => x.slice([0, 2], [1, 2]), /begin 2 and size 2 leave axis 1 of \[2, 3, 4\]/);
  assert.throws(() => x.slice(-1), ShapeError);
  assert.throws(() => x.slice(3), ShapeError);
  assert.throws(() => x.slice(0.5), ShapeError);
  assert.throws(() => x.slice(0, Number.NaN), ShapeError);
  assert.throws(() => x.slice([0, 0, 0, 0]), /at most 3/);
});

test('gather picks slices', () => {
  const x = cube();
  assert.deepEqual(x.gather([1, 0, 1], 1).shape, [2, 3, 4]);
  assert.deepEqual(x.gather([1, 0], 1).slice([0], [1]).toArray(), [
    [
      [4, 5, 6, 7],
      [0, 1, 2, 3],
    ],
  ]);
  assert.deepEqual(x.gather(tensor([[0, 1]], [1, 2], 'int32'), -1).shape, [2, 3, 1, 2]);
  assert.deepEqual(
    tensor([5, 6, 7])
      .gather(new Int32Array([2, 0]))
      .toArray(),
    [7, 5],
  );
  assert.deepEqual(x.gather([]).shape, [0, 3, 4]);
  assert.throws(
    () => x.gather([0, 2]),
    /index 1 is 2; axis 0 of \[2, 3, 4\] has 2 elements, so indices run from 0 to 1/,
  );
  assert.throws(() => x.gather([-1]), /index 0 is -1/);
  assert.throws(() => x.gather([0.5]), /index 0 is 0.5/);
  assert.throws(() => Tensor.zeros([0]).gather([0]), /nothing can be picked/);
});

test('concat joins along an axis', () => {
  const a = tensor([
    [1, 2],
    [3, 4],
  ]);
  const b = tensor([[5], [6]]);
  assert.deepEqual(a.concat(b, 1).toArray(), [
    [1, 2, 5],
    [3, 4, 6],
  ]);
  assert.deepEqual(a.concat([a, a]).shape, [6, 2]);
  assert.deepEqual(a.concat([]).toArray(), a.toArray());
  assert.deepEqual(Tensor.zeros([0, 2]).concat(a).toArray(), a.toArray());
  assert.deepEqual(Tensor.zeros([0, 2]).concat(Tensor.zeros([0, 3]), 1).shape, [0, 5]);
  assert.throws(() => a.concat(b), /tensor 1 has shape \[2, 1\], tensor 0 has \[2, 2\]/);
  assert.throws(() => a.concat(a.cast('int32')), /tensor 1 is int32 and tensor 0 is float32/);
  assert.throws(() => tensor(1).concat(tensor(2)), /a scalar has no axes/);
});

test('transpose moves axes', () => {
  assert.deepEqual(
    tensor([
      [1, 2, 3],
      [4, 5, 6],
    ])
      .transpose()
      .toArray(),
    [
      [1, 4],
      [2, 5],
      [3, 6],
    ],
  );
  const x = cube();
  const moved = x.transpose([2, 0, -2]);
  assert.deepEqual(moved.shape, [4, 2, 3]);
  assert.equal(moved.data[1 * 6 + 1 * 3 + 2], x.data[1 * 12 + 2 * 4 + 1]);
  assert.equal(tensor(4).transpose().item(), 4);
  assert.deepEqual(Tensor.zeros([0, 2]).transpose().shape, [2, 0]);
  assert.throws(() => x.transpose([0, 1]), /not an order of the 3 axes/);
  assert.throws(() => x.transpose([0, 1, 1]), /not an order/);
});

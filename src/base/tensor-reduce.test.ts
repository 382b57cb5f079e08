import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor, tensor } from './tensor.ts';

const cube = () => Tensor.range(0, 24).reshape([2, 3, 4]);

test('reductions over all, one, and several axes', () => {
  assert.equal(cube().sum().item(), 276);
  assert.deepEqual(cube().sum(0).toArray(), [
    [12, 14, 16, 18],
    [20, 22, 24, 26],
    [28, 30, 32, 34],
  ]);
  assert.deepEqual(cube().mean(-1).toArray(), [
    [1.5, 5.5, 9.5],
    [13.5, 17.5, 21.5],
  ]);
  assert.deepEqual(cube().max([0, 2]).toArray(), [15, 19, 23]);
  assert.deepEqual(cube().min([1, 2]).toArray(), [0, 12]);
  assert.deepEqual(cube().max(1, true).shape, [2, 1, 4]);
  assert.deepEqual(cube().sum([0, 2], true).shape, [1, 3, 1]);
  assert.deepEqual(cube().sum(undefined, true).shape, [1, 1, 1]);
  assert.deepEqual(cube().sum([]).toArray(), cube().toArray());
  assert.equal(tensor(3).sum().item(), 3);
});

test('element types of reductions', () => {
  const bytes = tensor(new Uint8Array(20_000_000).fill(255));
  assert.deepEqual([bytes.sum().dtype, bytes.sum().item()], ['float64', 5_100_000_000]);
  assert.deepEqual([bytes.max().dtype, bytes.mean().dtype], ['uint8', 'float32']);
  assert.equal(tensor([true, true, false]).sum().item(), 2);
  assert.equal(tensor([0.1, 0.2]).sum().dtype, 'float32');
});

test('argMax and argMin give the first best, NaN before all', () => {
  const x = tensor([
    [1, 3, 3],
    [2, 0, 0],
  ]);
  assert.deepEqual([x.argMax().toArray(), x.argMax().dtype], [[1, 0], 'int32']);
  assert.deepEqual(x.argMin().toArray(), [0, 1]);
  assert.deepEqual(x.argMax(0).toArray(), [1, 0, 0]);
  assert.equal(tensor([1, Number.NaN, 5]).argMax().item(), 1);
  assert.ok(Number.isNaN(tensor([1, Number.NaN, 5]).min().item()));
});

test('reductions refuse bad axes and empty tensors', () => {
  assert.throws(() => cube().sum(3), {
    name: 'ValueError',
    message: 'sum: axis 3 does not exist in a tensor of rank 3; expected a whole number from -3 to 2.',
  });
  assert.throws(() => cube().sum(0.5), /axis 0.5/);
  assert.throws(() => cube().max([0, -3]), /named twice/);
  assert.throws(() => tensor(1).argMax(), /a scalar has no axes/);
  assert.throws(() => Tensor.zeros([0, 2]).max(0), /max of no elements.*\[0, 2\]/);
  assert.throws(() => Tensor.zeros([2, 0]).mean(), /mean of no elements/);
  assert.throws(() => Tensor.zeros([2, 0]).argMax(), /argMax of no elements/);
  assert.deepEqual(Tensor.zeros([0, 2]).sum(0).toArray(), [0, 0]);
  assert.deepEqual(Tensor.zeros([0, 2]).max(1).shape, [0]);
});

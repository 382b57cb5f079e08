import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import type { DType, TypedArray } from './dtype.ts';
import { ShapeError, ValueError } from './errors.ts';
import { Tensor, tensor } from './tensor.ts';

const values = (t: Tensor) => [...t.data];

test('tensor() takes numbers, nested arrays, booleans and typed arrays', () => {
  assert.deepEqual([tensor(3).shape, tensor(3).item(), tensor(3).dtype], [[], 3, 'float32']);
  const nested = tensor([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  assert.deepEqual([nested.shape, nested.size, nested.rank], [[2, 3], 6, 2]);
  assert.deepEqual(tensor([[], []]).shape, [2, 0]);
  assert.equal(tensor([true, false]).dtype, 'bool');
  assert.equal(tensor([true, 2]).dtype, 'float32');
  assert.deepEqual(tensor([new Uint8Array([1, 2]), new Uint8Array([3, 4])]).toArray(), [
    [1, 2],
    [3, 4],
  ]);
  const bytes = new Uint8Array([1, 2, 3, 4]);
  assert.equal(tensor(bytes, [2, 2]).data, bytes, 'a typed array is not copied');
  assert.equal(tensor(bytes).dtype, 'uint8');
  assert.deepEqual(values(tensor(bytes, [4], 'bool')), [1, 1, 1, 1]);
  assert.deepEqual(values(tensor(new Uint8ClampedArray([7, 8]))), [7, 8]);
  assert.deepEqual(tensor([1, 2, 3, 4], [2, 2], 'int32').toArray(), [
    [1, 2],
    [3, 4],
  ]);
});

test('tensor() refuses what is not a box of numbers, and says where', () => {
  assert.throws(() => tensor([[1, 2], [3]]), {
    name: 'ShapeError',
    message:
      'The nested array is ragged: element [1] is 1 elements, expected 2 elements as in the first row (shape [2, 2]).',
  });
  assert.throws(() => tensor([[1, 2], 3]), /element \[1\] is the number 3, expected 2 elements/);
  assert.throws(() => tensor([1, [2]]), /element \[1\] is 1 elements, expected a number/);
  assert.throws(() => tensor([1, 'x' as unknown as number]), /Element \[1\].*the string 'x'/);
  assert.throws(() => tensor([[1], [undefined as unknown as number]]), /Element \[1\]\[0\].*undefined/);
  assert.throws(() => tensor(new Float32Array(5), [2, 3]), /shape \[2, 3\] needs 6 elements, received 5/);
  assert.throws(() => tensor([1], [Number.NaN]), ShapeError);
  assert.throws(() => tensor([1], [-1]), ShapeError);
  assert.throws(() => tensor([1], [0.5]), ShapeError);
  assert.throws(() => tensor([1], [1], 'float16' as DType), /Unknown dtype 'float16'/);
  assert.throws(() => tensor(new BigInt64Array(2) as unknown as TypedArray), /BigInt64Array/);
  assert.throws(() => tensor({} as unknown as number), ValueError);
  const circular: unknown[] = [];
  circular.push(circular);
  assert.throws(() => tensor(circular as number[]), /circular/);
  assert.throws(() => new Tensor([2], 'float32', new Uint8Array(2)), /cannot store float32/);
});

test('statics fill and count', () => {
  assert.deepEqual(values(Tensor.zeros([2])), [0, 0]);
  assert.deepEqual(values(Tensor.ones([2], 'int32')), [1, 1]);
  assert.deepEqual(values(Tensor.full([2], 7, 'uint8')), [7, 7]);
  assert.deepEqual(values(Tensor.range(1, 2, 0.25)), [1, 1.25, 1.5, 1.75]);
  assert.deepEqual(values(Tensor.range(3, 0, -1, 'int32')), [3, 2, 1]);
  assert.equal(Tensor.range(3, 0).size, 0);
  assert.throws(() => Tensor.range(0, 1, 0), ValueError);
  assert.throws(() => Tensor.range(0, Number.POSITIVE_INFINITY), ValueError);
  assert.throws(() => Tensor.full([2], 256, 'uint8'), ValueError);
  assert.throws(() => Tensor.zeros([2, Number.NaN]), ShapeError);
});

test('cast cuts fractions and refuses what does not fit', () => {
  assert.deepEqual(values(tensor([-1.9, 1.9, 2.5]).cast('int32')), [-1, 1, 2]);
  assert.deepEqual(values(tensor([0, 255.9, -0.9]).cast('uint8')), [0, 255, 0]);
  assert.deepEqual(values(tensor([0, 2, Number.NaN]).cast('bool')), [0, 1, 1]);
  assert.deepEqual(values(tensor([true, false]).cast('float32')), [1, 0]);
  assert.throws(
    () => tensor([1, 256]).cast('uint8'),
    /element 1 with value 256 to uint8, which holds 0 to 255/,
  );
  assert.throws(() => tensor([Number.NaN]).cast('int32'), /value NaN to int32/);
  assert.throws(() => tensor([300], [1], 'int32').cast('uint8'), ValueError);
  const x = tensor([1]);
  assert.equal(x.cast('float32'), x);
});

test('item, toArray, toString, print', () => {
  assert.equal(tensor([[5]]).item(), 5);
  assert.throws(() => tensor([1, 2]).item(), /one element, received shape \[2\]/);
  assert.equal(tensor(2.5).toArray(), 2.5);
  assert.deepEqual(Tensor.zeros([2, 0]).toArray(), [[], []]);
  const lines: string[] = [];
  tensor([
    [1, 0.1],
    [3, 4],
  ]).print((text) => lines.push(text));
  assert.deepEqual(lines, ['Tensor([[1, 0.1],\n        [3, 4]], shape=[2, 2], dtype=float32)']);
  assert.equal(`${tensor([true])}`, 'Tensor([true], shape=[1], dtype=bool)');
  assert.equal(
    `${Tensor.range(0, 2000, 1, 'int32')}`,
    'Tensor([0, 1, 2, ..., 1997, 1998, 1999], shape=[2000], dtype=int32)',
  );
  assert.equal(`${Tensor.zeros([0, 3])}`, 'Tensor([], shape=[0, 3], dtype=float32)');
});

test('allFinite sees NaN and infinity', () => {
  assert.equal(tensor([1, 2]).allFinite(), true);
  assert.equal(tensor([1, Number.NaN]).allFinite(), false);
  assert.equal(tensor([Number.NEGATIVE_INFINITY]).allFinite(), false);
});

test('the shape cannot be changed', () => {
  assert.throws(() => {
    (tensor([1]).shape as number[])[0] = 2;
  }, TypeError);
});

test('arrays of another realm are taken, as a view of the same memory', () => {
  const foreign = runInNewContext(`({
    floats: new Float32Array([1.5, -2, 3]).subarray(1),
    ints: new Int32Array([1, 2]),
    clamped: new Uint8ClampedArray([300, 7]),
    nested: [[1, 2], new Float64Array([3, 4])],
    shorts: new Int16Array([1]),
  })`);
  const floats = tensor(foreign.floats);
  assert.ok(floats.data instanceof Float32Array);
  assert.deepEqual([floats.dtype, values(floats)], ['float32', [-2, 3]]);
  foreign.floats[0] = 8;
  assert.deepEqual(values(floats), [8, 3]);
  assert.deepEqual(values(tensor(foreign.ints, [2], 'float32')), [1, 2]);
  assert.deepEqual(values(tensor(foreign.clamped)), [255, 7]);
  assert.deepEqual(values(tensor(foreign.nested)), [1, 2, 3, 4]);
  assert.ok(new Tensor([2], 'int32', foreign.ints).data instanceof Int32Array);
  assert.throws(() => tensor(foreign.shorts), /cannot take a Int16Array/);
  assert.throws(() => new Tensor([2], 'float32', foreign.ints), /A Int32Array cannot store float32/);
});

import assert from 'node:assert/strict';
import test from 'node:test';
import { evaluate } from '../graph/evaluate.ts';
import type { Node } from '../graph/node.ts';
import { depthwiseConv2d } from './depthwise-conv2d.ts';
import { placeholder } from './leaf.ts';

const value = (...shape: (number | null)[]): Node => placeholder({ shape, name: 'x' });

test('the results of one channel lie side by side', () => {
  const [x, w] = [value(null, 1, 1, 2), value(1, 1, 2, 3)];
  const leaves = (leaf: Node) => {
    if (leaf === x) return { shape: [1, 1, 1, 2], data: Float64Array.of(1, 10) };
    return leaf === w ? { shape: [1, 1, 2, 3], data: Float64Array.of(1, 2, 3, 4, 5, 6) } : undefined;
  };
  const [result] = evaluate([depthwiseConv2d(x, w)], leaves, 1);
  assert.deepEqual([...result!.data], [1, 2, 3, 40, 50, 60]);
});

test('extents follow padding, strides and dilation', () => {
  const [x, w] = [value(null, 9, 8, 2), value(3, 3, 2, 2)];
  assert.deepEqual(depthwiseConv2d(x, w).shape, [null, 7, 6, 4]);
  assert.deepEqual(depthwiseConv2d(x, w, { padding: 'same', strides: [2, 2] }).shape, [null, 5, 4, 4]);
  assert.deepEqual(depthwiseConv2d(x, w, { dilation: [3, 2] }).shape, [null, 3, 4, 4]);
});

test('shapes that do not fit are refused', () => {
  const x = value(null, 4, 4, 2);
  assert.throws(() => depthwiseConv2d(x, value(3, 3, 3, 1)), {
    name: 'ShapeError',
    message: /\[null, 4, 4, 2\] and \[3, 3, 3, 1\]/,
  });
  assert.throws(() => depthwiseConv2d(value(4, 4, 4, 2), value(3, 3, 2, 1)), { name: 'ShapeError' });
  assert.throws(() => depthwiseConv2d(x, value(5, 3, 2, 1)), { name: 'ShapeError' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nativeTarget } from '../codegen/x64/target.ts';
import { apply, type Node } from '../graph/node.ts';
import { Variable } from '../graph/variable.ts';
import { conv2dOp } from '../ops/conv2d.ts';
import * as ops from '../ops/index.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import { compile } from './compile.ts';

const weight = (shape: readonly number[]) => {
  const size = shape.reduce((product, extent) => product * extent, 1);
  return variableNode(new Variable({ name: 'w', shape, values: new Float32Array(size) }));
};
const input = () => placeholder({ shape: [null, 6, 6, 8], name: 'x' });
const conv = (src: Node, kernel = 3) => ops.conv2d(src, weight([kernel, kernel, 8, 8]), { padding: 'same' });

/** How many kernels convolutions of these results have. */
function kernelCount(...outputs: readonly Node[]): number {
  const options = { name: 'maps', outputs, updates: [], target: nativeTarget('avx2'), capacity: 2 };
  const { phases } = compile(options).program;
  const kernels = phases.flatMap(({ calls }) => calls.map(({ kernel }) => kernel));
  return new Set(kernels.filter(({ name }) => name.startsWith('conv2d'))).size;
}

test('convolutions of one form share a kernel', () => {
  assert.equal(kernelCount(conv(conv(input()))), 1);
  assert.equal(kernelCount(ops.relu(conv(input())), ops.relu(conv(input()))), 1);
  assert.equal(kernelCount(ops.add(conv(input()), weight([8])), ops.add(conv(input()), weight([8]))), 1);
});

test('others do not: kernel sizes, strides, what is applied to the result, operands, the order of operands', () => {
  const plain = () => conv(input());
  const strided = ops.conv2d(input(), weight([3, 3, 8, 8]), { padding: 'same', strides: [2, 2] });
  assert.equal(kernelCount(plain(), conv(input(), 5)), 2);
  assert.equal(kernelCount(plain(), strided), 2);
  assert.equal(kernelCount(plain(), ops.relu(plain())), 2);
  assert.equal(kernelCount(ops.mul(plain(), weight([8])), ops.mul(plain(), weight([]))), 2);
  assert.equal(kernelCount(ops.sub(plain(), weight([8])), ops.sub(weight([8]), plain())), 2);
  assert.equal(kernelCount(ops.maxPool2d(plain(), { poolSize: [2, 2] }), plain()), 2);
});

test('two ops of one name have kernels of their own', () => {
  const other = { ...conv2dOp };
  const { inputs, attrs } = conv(input());
  assert.equal(kernelCount(apply(conv2dOp, inputs, attrs as never), apply(other, inputs, attrs as never)), 2);
});

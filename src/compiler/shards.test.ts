/** @file Shards: as many as threads can use, also with many trainable weights, as long as memory allows it. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradients } from '../autodiff/gradients.ts';
import { nativeTarget } from '../codegen/x64/target.ts';
import type { Node } from '../graph/node.ts';
import { Variable } from '../graph/variable.ts';
import * as ops from '../ops/index.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import { compile } from './compile.ts';

// Numbers are not looked at, so all variables share memory.
const ZEROS = new Float32Array(2 ** 26);

function weight(shape: readonly number[]): { readonly variable: Variable; readonly node: Node } {
  const size = shape.reduce((product, extent) => product * extent, 1);
  const variable = new Variable({ name: 'w', shape, values: ZEROS.subarray(0, size) });
  return { variable, node: variableNode(variable) };
}

/** The program of a training step of layers with these weights, convolutions and dense layers. */
function program(
  input: readonly number[],
  weights: readonly (readonly number[])[],
  capacity: number,
  front: (x: Node) => Node = (x) => x,
) {
  const all = weights.map(weight);
  let h = front(placeholder({ shape: [null, ...input], name: 'x' }));
  for (const { node } of all) {
    if (node.shape.length === 4) h = ops.relu(ops.conv2d(h, node, { padding: 'same' }));
    else {
      const size = h.shape.slice(1).reduce((product: number, extent) => product * extent!, 1);
      h = ops.matmul(ops.reshape(h, [null, size]), node);
    }
  }
  const loss = ops.mean(ops.square(h));
  const slopes = gradients(
    loss,
    all.map(({ node }) => node),
  );
  const updates = all.map(({ variable, node }, i) => ({ variable, value: ops.sub(node, slopes[i]!) }));
  const options = { name: 'step', outputs: [loss], updates, target: nativeTarget('avx2'), capacity };
  return compile(options).program;
}

test('many shards while accumulators are small', () => {
  assert.equal(program([10, 10, 3], [[3, 3, 3, 32]], 8).shards, 8);
});

test('many shards for large weights with much work: the last block of VGG16 behind frozen ones', () => {
  const block = [3, 3, 512, 512];
  const frozen = (x: Node) => {
    const open = Array.from({ length: 6 }, () => weight([3, 3, 64, 64]).node);
    const maps = open.reduce((h, w) => ops.relu(ops.conv2d(h, w, { padding: 'same' })), x);
    const small = ops.maxPool2d(maps, { poolSize: [16, 16] });
    return ops.conv2d(small, weight([3, 3, 64, 512]).node, { padding: 'same' });
  };
  assert.equal(program([150, 150, 64], [block, block, block], 20, frozen).shards, 8);
});

test('few shards for large weights with little work, but as many as common threads', () => {
  assert.equal(program([6272], [[6272, 512]], 20).shards, 4);
  assert.equal(program([8192], [[8192, 4096]], 20).shards, 4);
});

test('fewer shards where accumulators would fill the memory', () => {
  assert.equal(program([16384], [[16384, 4096]], 20).shards, 4);
  assert.equal(
    program(
      [16384],
      [
        [16384, 4096],
        [4096, 8192],
        [8192, 4096],
      ],
      20,
    ).shards,
    2,
  );
});

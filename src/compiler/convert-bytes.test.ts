import assert from 'node:assert/strict';
import test from 'node:test';
import { plainTarget } from '../../tests/support/plain-target.ts';
import type { Node } from '../graph/node.ts';
import { Variable } from '../graph/variable.ts';
import { add, affineSample, constant, conv2d, mul, reshape, sum } from '../ops/index.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import { compile } from './compile.ts';

const images = () => placeholder({ shape: [null, 6, 5, 3], name: 'images', dtype: 'uint8' });
const transform = placeholder({ shape: [null, 8], name: 'transform' });
const weights = (size: number) =>
  variableNode(new Variable({ name: 'w', shape: [3, 3, 3, size], values: new Float32Array(27 * size) }));

/** The kernels of a step, and the bytes of a sample of its feed. */
function compiled(...outputs: Node[]): { kernels: string[]; feed: number } {
  const { program } = compile({ name: 'step', outputs, updates: [], target: plainTarget(8), capacity: 16 });
  const feed = program.buffers.find(({ name }) => name.endsWith('images'))!;
  assert.equal(feed.elementBytes, 1);
  return {
    kernels: program.phases.flatMap(({ calls }) => calls.map(({ kernel }) => kernel.name)),
    feed: feed.elements,
  };
}

test('element-wise kernels and gathers read bytes themselves', () => {
  assert.deepEqual(compiled(mul(images(), constant(0.5))), { kernels: ['mul_6x5x3'], feed: 90 });
  const src = images();
  assert.deepEqual(compiled(affineSample({ src, transform })).kernels, [
    'affine_sample_6x5x3_6x5_bilinear_constant_0_bytes_divided',
  ]);
  const flat = placeholder({ shape: [null, 90], name: 'images', dtype: 'uint8' });
  const [kernel] = compiled(affineSample({ src: reshape(flat, [null, 6, 5, 3]), transform })).kernels;
  assert.match(kernel!, /_bytes_/);
});

test('for other kernels bytes become floats once, also when they are read under another shape', () => {
  const x = images();
  const { kernels } = compiled(conv2d(x, weights(8)), conv2d(x, weights(9)), add(x, constant(1)));
  assert.deepEqual(
    kernels.filter((name) => name.startsWith('floatsOfBytes')),
    ['floatsOfBytes_6x5x3'],
  );
  assert.equal(kernels.length, 4);
  const flat = placeholder({ shape: [null, 90], name: 'images', dtype: 'uint8' });
  const shaped = conv2d(reshape(flat, [null, 6, 5, 3]), weights(8));
  assert.deepEqual(
    compiled(shaped).kernels.map((name) => name.split('_')[0]),
    ['floatsOfBytes', 'conv2d'],
  );
});

test('what leaves the step and sums are floats', () => {
  const x = images();
  const { kernels } = compiled(x, sum(x));
  assert.ok(kernels[0]!.startsWith('floatsOfBytes'), kernels.join());
});

test('chunks are as large as with floats', () => {
  const chunks = (['uint8', 'float32'] as const).map((dtype) => {
    const x = placeholder({ shape: [null, 96, 96, 3], name: 'images', dtype });
    const outputs = [conv2d(x, weights(8))];
    return compile({ name: 'step', outputs, updates: [], target: plainTarget(8), capacity: 512 }).program
      .chunk;
  });
  assert.ok(chunks[0]! > 1);
  assert.equal(chunks[0], chunks[1]);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { einsumDense } from './einsum-dense.ts';
import { input } from './input-layer.ts';

test('equations that cannot be read are refused', () => {
  const wrong: readonly [string, RegExp][] = [
    ['ab->ac', /Expected '\[X\],\[Y\]->\[Z\]'/],
    ['...ab,bc->ac', /Expected/],
    ['...ab...,bc->...ac...', /Expected/],
    ['aab,bc->aac', /stands twice in 'aab'/],
    ['ab,bc->acd', /'d' of the output is in neither/],
    ['ab,bcd->ac', /'d' of the kernel is in neither/],
    ['abd,bc->ac', /'d' of the input is in neither/],
    ['ab,bc->ca', /the batch, 'a', must be the first axis of the output/],
    ['ab,ac->abc', /the batch, 'a', must be .* no axis of the kernel/],
  ];
  for (const [equation, message] of wrong) {
    assert.throws(
      () => einsumDense({ equation, outputShape: 3 }),
      (error: Error) => error instanceof ValueError && message.test(error.message),
      equation,
    );
  }
  const bias = { equation: 'ab,bc->ac', outputShape: 3, biasAxes: 'b' };
  assert.throws(() => einsumDense(bias), /biasAxes='b': 'b' is no axis of the output 'ac'/);
  assert.throws(
    () => einsumDense({ ...bias, biasAxes: 'a' }),
    /'a' is no axis of the output 'ac'.*besides the batch/,
  );
});

test('inputs and output shapes that do not fit the equation are refused', () => {
  const x = input({ shape: [4, 6] });
  const cases: readonly [string, number | readonly (number | null)[], RegExp][] = [
    ['ab,bc->ac', 3, /an input of 3 axes does not fit 'ab'/],
    ['abc,cd->abd', 5, /expected an extent for each of 'bd'/],
    ['abc,cd->abd', [3, 5], /'b' is 4 in the input/],
    ['abc,cd->abd', [4, null], /the extent of 'd' must be given/],
    ['...abc,cd->...abd', [4, 5], /where the dots stand for the batch at least/],
  ];
  for (const [equation, outputShape, message] of cases) {
    assert.throws(
      () => einsumDense({ equation, outputShape }).apply(x),
      (error: Error) => error instanceof ShapeError && message.test(error.message),
      String(message),
    );
  }
});

test('the first kernel knows which axes are inputs', () => {
  setRandomSeed(1);
  // Glorot's limit for 8 inputs and 12 outputs; as a kernel of Conv2D it would have 24 and 12.
  const layer = einsumDense({ equation: 'abc,dce->abde', outputShape: [5, 3, 4] });
  layer.apply(input({ shape: [5, 8] }));
  const values = layer.getWeights()[0]!.data as Float32Array;
  const limit = Math.sqrt(6 / (8 + 12));
  const most = Math.max(...values.map(Math.abs));
  assert.ok(most <= limit && most > 0.85 * limit, `${most} of ${limit}`);
  const own = { className: 'GlorotUniform', input_axes: null, output_axes: null };
  assert.deepEqual(
    { className: layer.kernelInitializer.className, ...layer.kernelInitializer.getConfig() },
    { ...own, seed: null },
  );
});

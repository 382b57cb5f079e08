import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tensor } from '../../base/tensor.ts';
import { sequential } from '../../models/sequential.ts';
import { pReLU } from './p-relu.ts';

test('slopes are learned, one for each channel where axes are shared', async () => {
  const net = sequential([pReLU({ inputShape: [2, 2, 3], sharedAxes: [1, 2], alphaInitializer: 'ones' })]);
  assert.deepEqual(net.weights[0]!.shape, [1, 1, 3]);
  net.setWeights([tensor([[[0.5, 0, 2]]])]);
  const x = tensor([-2, -2, -2, 1, 2, 3, 4, 5, 6, 0, 0, 0]).reshape([1, 2, 2, 3]);
  const y = await net.predict(x, { verbose: 0 });
  assert.deepEqual([...y.data], [-1, 0, -4, 1, 2, 3, 4, 5, 6, 0, 0, 0]);
});

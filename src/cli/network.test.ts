import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor } from '../base/tensor.ts';
import { buildConvnet } from './convnets.ts';
import { targetsFor, taskOf } from './network.ts';
import { preparedPixels } from './pixels.ts';

const build = (classCount: number, bytes = false) =>
  buildConvnet({ imageShape: [4, 4, 1], classCount, bytes, augment: null });

test('what a model is fed depends on its outputs and on whether it scales pixels', () => {
  const images = Tensor.full([2, 4, 4, 1], 255, 'uint8');
  const labels = Int32Array.of(1, 0);
  const task = taskOf(build(2), 2);
  const scaled = preparedPixels(task.pixels, images);
  assert.deepEqual([scaled.dtype, scaled.max().item()], ['float32', 1]);
  assert.equal(preparedPixels(taskOf(build(2, true), 2).pixels, images), images);
  assert.deepEqual(targetsFor(task, labels).toArray(), [
    [0, 1],
    [1, 0],
  ]);
  assert.deepEqual(targetsFor(taskOf(build(1), 2), labels).toArray(), [[1], [0]]);
  assert.throws(() => taskOf(build(3), 2), /tells 3 classes apart, and the data has 2/);
  const named = build(1);
  named.classNames = ['cat', 'dog'];
  assert.throws(() => taskOf(named, 3), /tells 2 classes apart \('cat', 'dog'\), and the data has 3/);
});

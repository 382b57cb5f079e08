import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Tensor } from '../base/tensor.ts';
import { buildConvnet, examplesOf, taskOf } from './network.ts';

const types = (imageShape: number[], classCount: number) =>
  buildConvnet(imageShape, classCount).layers.map((layer) => layer.name.replace(/_\d+$/, ''));

test("for MNIST the built-in network is the chapter's", () => {
  const net = buildConvnet([28, 28, 1], 10);
  assert.equal(net.countParams(), 93_322);
  assert.deepEqual(types([28, 28, 1], 10), [
    'conv2d',
    'max_pooling2d',
    'conv2d',
    'max_pooling2d',
    'conv2d',
    'flatten',
    'dense',
    'dense',
  ]);
});

test('the built-in network fits small, large and oblong images', () => {
  for (const shape of [
    [3, 3, 1],
    [5, 40, 3],
    [10, 10, 3],
    [32, 32, 3],
    [150, 150, 3],
    [224, 300, 3],
  ]) {
    const net = buildConvnet(shape, 7);
    assert.deepEqual(net.outputs[0]!.shape, [null, 7], String(shape));
    assert.ok(net.countParams() < 1_000_000, `${shape}: ${net.countParams()}`);
  }
  assert.throws(() => buildConvnet([2, 8, 1], 2), /3x3 pixels or more, received 2x8/);
});

test('what a model is fed depends on its outputs', () => {
  const data = { images: Tensor.full([2, 4, 4, 1], 255, 'uint8'), labels: Int32Array.of(1, 0) };
  const [x, y] = examplesOf(data, taskOf(buildConvnet([4, 4, 1], 2), 2));
  assert.deepEqual([x.dtype, x.max().item()], ['float32', 1]);
  assert.deepEqual(y.toArray(), [
    [0, 1],
    [1, 0],
  ]);
  const [, column] = examplesOf(data, taskOf(buildConvnet([4, 4, 1], 1), 2));
  assert.deepEqual(column.toArray(), [[1], [0]]);
  assert.throws(() => taskOf(buildConvnet([4, 4, 1], 3), 2), /3 outputs and the data 2 classes/);
});

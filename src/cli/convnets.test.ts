import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildConvnet, type NetworkPlan, withAugmentation } from './convnets.ts';
import { augmentsImages } from './network.ts';
import { scalesPixels } from './pixels.ts';

type ImageShape = NetworkPlan['imageShape'];

const build = (imageShape: ImageShape, classCount: number, more: Partial<NetworkPlan> = {}) =>
  buildConvnet({ imageShape, classCount, bytes: false, augment: null, ...more });
const types = (net: ReturnType<typeof build>) => net.layers.map((layer) => layer.name.replace(/_\d+$/, ''));

test("for MNIST the built-in network is that of the book's chapter 5.1", () => {
  const net = build([28, 28, 1], 10);
  assert.equal(net.countParams(), 93_322);
  const expected = [
    'conv2d',
    'max_pooling2d',
    'conv2d',
    'max_pooling2d',
    'conv2d',
    'flatten',
    'dense',
    'dense',
  ];
  assert.deepEqual(types(net), expected);
});

test('for photos it is that of chapter 5.2, with dropout', () => {
  const net = build([150, 150, 3], 2, { bytes: true, augment: { flip: true } });
  assert.equal(net.countParams(), 3_453_121);
  const levels = Array.from({ length: 4 }, () => ['conv2d', 'max_pooling2d']).flat();
  const before = ['random_flip', 'random_rotation', 'random_translation', 'random_zoom', 'rescaling'];
  assert.deepEqual(types(net), [...before, ...levels, 'flatten', 'dropout', 'dense', 'dense']);
  assert.deepEqual(net.outputs[0]!.shape, [null, 1]);
  assert.deepEqual(build([150, 150, 3], 3).outputs[0]!.shape, [null, 3]);
});

test('the built-in network fits small, large and oblong images', () => {
  const shapes: ImageShape[] = [
    [3, 3, 1],
    [5, 40, 3],
    [10, 10, 3],
    [32, 32, 3],
    [64, 64, 3],
    [65, 65, 3],
    [150, 100, 3],
    [224, 300, 3],
  ];
  for (const shape of shapes) {
    const net = build(shape, 7);
    assert.deepEqual(net.outputs[0]!.shape, [null, 7], String(shape));
    assert.ok(net.countParams() < 6_000_000, `${shape}: ${net.countParams()}`);
  }
  assert.throws(() => build([2, 8, 1], 2), /3x3 pixels or more, received 2x8/);
});

test('it is seen which models scale pixels and augment images themselves', () => {
  const plain = build([8, 8, 1], 2);
  assert.deepEqual([scalesPixels(plain), augmentsImages(plain)], [false, false]);
  const both = build([8, 8, 1], 2, { bytes: true, augment: { flip: true } });
  assert.deepEqual([scalesPixels(both), augmentsImages(both)], [true, true]);
  const wrapped = withAugmentation(build([8, 8, 1], 2, { bytes: true }), { flip: false });
  assert.deepEqual([scalesPixels(wrapped), augmentsImages(wrapped)], [true, true]);
  assert.deepEqual(types(wrapped), ['random_rotation', 'random_translation', 'random_zoom', 'sequential']);
  assert.deepEqual(wrapped.inputs[0]!.shape, [null, 8, 8, 1]);
});

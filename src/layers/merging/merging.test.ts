import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShapeError, ValueError } from '../../base/errors.ts';
import { type Tensor, tensor } from '../../base/tensor.ts';
import { model } from '../../models/functional.ts';
import * as layers from '../index.ts';
import { input } from '../input-layer.ts';
import { LAYERS } from '../registry.ts';

const a = input({ shape: [4, 4, 8] });
const other = input({ shape: [4, 5, 8] });

test('inputs that do not fit together are refused with their shapes', () => {
  const cases: readonly [() => unknown, new (...args: never[]) => Error, RegExp][] = [
    [
      () => layers.add().apply(a),
      ValueError,
      /\(Add\) expects a list of 2 or more inputs, but it received 1/,
    ],
    [
      () => layers.multiply({ name: 'm' }).apply([a, other]),
      ShapeError,
      /layer 'm' have incompatible shapes. Received shapes \[null, 4, 4, 8\] and \[null, 4, 5, 8\]/,
    ],
    [
      () => layers.subtract().apply([a, a, a]),
      ValueError,
      /\(Subtract\) should be called on exactly 2 inputs/,
    ],
    [
      () => layers.concatenate().apply([a, other]),
      ShapeError,
      /matching shapes except for the concatenation axis, 3. Received \[null, 4, 4, 8\], \[null, 4, 5, 8\]/,
    ],
    [
      () => layers.concatenate({ axis: 0 }).apply([a, a]),
      ShapeError,
      /other than the batch, received axis 0/,
    ],
    [() => layers.concatenate({ axis: 5 }).apply([a, a]), ShapeError, /received axis 5/],
    [
      () => layers.dot({ axes: 1 }).apply([a, input({ shape: [3] })]),
      ShapeError,
      /axis values 4 \(at axis 1\) != 3 \(at axis 1\). Full input shapes: \[null, 4, 4, 8\], \[null, 3\]/,
    ],
    [() => layers.dot({ axes: 0 }).apply([a, a]), ShapeError, /other than the batch/],
    [
      () => layers.dot({ axes: 1 }).apply([a, a, a]),
      ValueError,
      /\(Dot\) should be called on exactly 2 inputs/,
    ],
    [() => layers.dot({ axes: [1, 2, 3] }), ValueError, /axes=\[1, 2, 3\]/],
  ];
  for (const [body, type, message] of cases) {
    assert.throws(
      body,
      (error: Error) => error instanceof type && message.test(error.message),
      String(message),
    );
  }
});

test('inputs in the place of options are refused with the way to apply a layer', () => {
  for (const make of [layers.add, layers.conv2d, layers.concatenate]) {
    for (const given of [a, [a, other], tensor([1])])
      assert.throws(() => make(given as never), /layers.add\(\).apply\(\[a, b\]\). Received .*Tensor/);
  }
});

test('normalized rows of zeros have the product 0', async () => {
  const zeros = tensor([[0, 0, 0]]);
  const y = await layers.dot({ axes: 1, normalize: true }).apply([zeros, tensor([[1, 2, 3]])]);
  assert.deepEqual([...y.data], [0]);
});

test("Inception-ResNet's sum counts the second input as its config says", async () => {
  const config = {
    class_name: 'CustomScaleLayer',
    module: 'keras.src.applications.inception_resnet_v2',
    config: { name: 'block35_1', trainable: true, dtype: 'float32', scale: 0.25 },
  };
  const layer = LAYERS.fromObject(config);
  assert.equal(layer.getConfig().scale, 0.25);
  assert.equal(LAYERS.serialize(layer).module, config.module);
  const inputs = [input({ shape: [2] }), input({ shape: [2] })];
  const net = model({ inputs, outputs: layer.apply(inputs) });
  const sum = await net.predict<Tensor>([tensor([[1, 2]]), tensor([[4, -8]])], { verbose: 0 });
  assert.deepEqual(sum.toArray(), [[2, 0]]);
  assert.throws(() => layer.apply([a, a, a]), /exactly 2 inputs/);
});

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { UnsupportedError, ValueError } from '../base/errors.ts';
import { resetNames } from '../base/names.ts';
import type { Shape } from '../base/shape.ts';
import { tensor } from '../base/tensor.ts';
import { buildConvnet } from '../cli/convnets.ts';
import type { Node } from '../graph/node.ts';
import { placeholder } from '../ops/leaf.ts';
import { ABSENT } from './absent.ts';
import { ShapeContext } from './call-context.ts';
import * as layers from './index.ts';
import { input } from './input-layer.ts';
import type { Layer } from './layer.ts';
import { LAYERS } from './registry.ts';

beforeEach(() => resetNames());

class TestContext extends ShapeContext {
  override random(_shape: Shape, _seed?: number | null): Node {
    return assert.fail('no random numbers are needed at inference');
  }
}

const inference = new TestContext();

/** Traces `layer` on a placeholder of `shape`. */
function traced(layer: Layer, shape: Shape): Node {
  const [node] = layer.trace([placeholder({ shape, name: 'x' })], inference);
  return node!;
}

test('layers are named as in Keras: the class in snake case, numbered; given names do not count', () => {
  const names = [
    layers.conv2d({ filters: 1, kernelSize: 1 }),
    layers.conv2d({ filters: 1, kernelSize: 1, name: 'mine' }),
    layers.conv2d({ filters: 1, kernelSize: 1 }),
    layers.maxPooling2d(),
    layers.averagePooling2d(),
    layers.globalAveragePooling2d(),
    layers.globalMaxPooling2d(),
    layers.flatten(),
    layers.inputLayer({ shape: [3] }),
  ].map((layer) => layer.name);
  assert.deepEqual(names, [
    'conv2d',
    'mine',
    'conv2d_1',
    'max_pooling2d',
    'average_pooling2d',
    'global_average_pooling2d',
    'global_max_pooling2d',
    'flatten',
    'input_layer',
  ]);
});

test('the chapter network has the shapes and parameter counts of the book', () => {
  const net = buildConvnet({ imageShape: [28, 28, 1], classCount: 10, bytes: false, augment: null });
  assert.deepEqual(
    net.layers.map((layer) => layer.inboundCalls[0]!.outputs[0]!.shape),
    [
      [null, 26, 26, 32],
      [null, 13, 13, 32],
      [null, 11, 11, 64],
      [null, 5, 5, 64],
      [null, 3, 3, 64],
      [null, 576],
      [null, 64],
      [null, 10],
    ],
  );
  assert.deepEqual(
    net.layers.map((layer) => layer.countParams()),
    [320, 0, 18496, 0, 36928, 0, 36928, 650],
  );
  assert.deepEqual(
    net.weights.map((weight) => weight.name),
    ['conv2d', 'conv2d_1', 'conv2d_2', 'dense', 'dense_1'].flatMap((name) => [
      `${name}/kernel`,
      `${name}/bias`,
    ]),
  );
});

test('a frozen layer keeps its weights and has none to train', () => {
  const layer = layers.dense({ units: 2, inputShape: [3] });
  layer.build([[null, 3]]);
  assert.equal(layer.trainableWeights.length, 2);
  layer.trainable = false;
  assert.equal(layer.trainableWeights.length, 0);
  assert.deepEqual(layer.nonTrainableWeights, layer.weights);
});

test('a wrong input names the layer, what was expected and what came', () => {
  const conv = layers.conv2d({ filters: 2, kernelSize: 3 });
  assert.throws(() => traced(conv, [null, 28, 28]), {
    name: 'ShapeError',
    message:
      "Input 0 with name 'x' of layer 'conv2d' is incompatible with the layer: expected min_ndim=4, found ndim=3. " +
      'Full shape received: [null, 28, 28]. Images are [batch, height, width, channels]; grey images get their ' +
      'channel axis with x.reshape([...x.shape, 1]).',
  });
  assert.throws(() => traced(conv, [null, 2, 28, 28, 1]), /expected ndim=4, found ndim=5/);
  assert.equal(conv.built, false);
  traced(conv, [null, 8, 8, 3]);
  assert.throws(
    () => traced(conv, [null, 8, 8, 1]),
    /expected axis -1 of input shape to have value 3, but received input with shape \[null, 8, 8, 1\]/,
  );
  assert.throws(() => layers.dense({ units: 1 }).apply([]), /expects 1 input, but it received 0/);
  assert.throws(() => layers.add().apply(input({ shape: [2] })), /expects a list of 2 or more inputs/);
  assert.throws(() => layers.dense({ units: 1 }).apply([[1]] as never), /takes what input\(\)/);
});

test('an output without pixels is refused before weights are made', () => {
  const conv = layers.conv2d({ filters: 2, kernelSize: 5 });
  assert.throws(() => traced(conv, [null, 4, 4, 1]), {
    name: 'ShapeError',
    message: /would be zero or negative.*`kernel shape=\[5, 5, 1, 2\]`.*`padding=valid`/s,
  });
  assert.equal(conv.weights.length, 0);
  assert.throws(() => traced(layers.maxPooling2d(), [null, 1, 1, 1]), /`poolSize=\[2, 2\]`/);
});

test('a build that failed half-way leaves no weights behind', () => {
  const layer = layers.dense({ units: 2, biasInitializer: 'orthogonal' });
  assert.throws(() => layer.build([[null, 3]]), /at least two-dimensional/);
  assert.equal(layer.built, false);
  assert.equal(layer.weights.length, 0);
});

test('wrong options are refused with the received value', () => {
  const cases: readonly [() => unknown, typeof ValueError | typeof UnsupportedError, RegExp][] = [
    [() => layers.conv2d({ filters: -1, kernelSize: 3 }), ValueError, /from 1 up.*filters=-1/],
    [() => layers.conv2d({ kernelSize: 3 } as never), ValueError, /filters=undefined/],
    [() => layers.conv2d({ filters: 1, kernelSize: [3, 3, 3] }), ValueError, /kernelSize=\[3, 3, 3\]/],
    [() => layers.conv2d({ filters: 1, kernelSize: 0 }), ValueError, /kernelSize=0/],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, padding: 'sam' as never }),
      ValueError,
      /padding='sam'/,
    ],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, strides: 2, dilationRate: 2 }),
      ValueError,
      /not supported in conj/,
    ],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, activation: 'rel' as never }),
      ValueError,
      /Did you mean 'relu'/,
    ],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, activation: 'threshold' as never }),
      ValueError,
      /'threshold' needs arguments/,
    ],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, dataFormat: 'channels_first' as never }),
      UnsupportedError,
      /channelsFirst/,
    ],
    [() => layers.conv2d({ filters: 1, kernelsize: 3 } as never), ValueError, /Did you mean 'kernelSize'/],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, kernelRegularizer: 'l3' as never }),
      ValueError,
      /Unknown regularizer 'l3'/,
    ],
    [
      () => layers.conv2d({ filters: 1, kernelSize: 3, kernelInitializer: 'he_norml' as never }),
      ValueError,
      /Did you mean 'heNormal'/,
    ],
    [() => layers.dense({ units: 2.5 }), ValueError, /units=2.5/],
    [() => layers.dense({ units: 1, dtype: 'float16' }), UnsupportedError, /float16/],
    [() => layers.dense({ units: 1, name: 'a/b' }), ValueError, /cannot contain/],
    [() => layers.dense({ units: 1, trainable: 0 as never }), ValueError, /trainable/],
    [() => layers.dense({ units: 1, useBias: 1 as never }), ValueError, /useBias/],
    [() => layers.dropout({ rate: 1.5 }), ValueError, /between 0 and 1. Received: rate=1.5/],
    [() => layers.dropout({} as never), ValueError, /rate/],
    [() => layers.reshape({ targetShape: [-1, -1] }), ValueError, /one may be -1/],
    [() => layers.maxPooling2d({ poolSize: 1.5 }), ValueError, /poolSize=1.5/],
    [() => layers.dense({ units: 1, inputShape: [2], inputDim: 2 }), ValueError, /not several/],
    [() => LAYERS.create('Conv2d3'), ValueError, /Did you mean 'Conv2D'/],
    [
      () => LAYERS.create('Conv3D'),
      UnsupportedError,
      /does not have Keras' layer class Conv3D. Write a class/,
    ],
  ];
  for (const [make, type, message] of cases) {
    assert.throws(make, (error) => {
      assert.ok(error instanceof type, String(error));
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => layers.dense({ units: 1, inputShape: [null, 3] as never }), UnsupportedError);
});

test('no layer is said to be absent that is there', () => {
  assert.deepEqual(
    ABSENT.filter((name) => LAYERS.hasOwn(name)),
    [],
  );
});

test('reshape computes the extent -1 and refuses another size', () => {
  assert.deepEqual(traced(layers.reshape({ targetShape: [3, -1] }), [null, 24]).shape, [null, 3, 8]);
  assert.throws(
    () => traced(layers.reshape({ targetShape: [5, 5] }), [null, 24]),
    /The total size of the tensor must be unchanged. Received: inputShape=\[24\]/,
  );
});

test('dropout is the identity at inference and asks for its own stream while training', () => {
  const x = placeholder({ shape: [null, 4], name: 'x' });
  const layer = layers.dropout({ rate: 0.5, seed: 7 });
  assert.equal(layer.trace([x], inference)[0], x);
  const asked: unknown[] = [];
  class TrainingContext extends ShapeContext {
    override readonly training = true;
    override random(shape: Shape, seed?: number | null): Node {
      asked.push([shape, seed]);
      return placeholder({ shape, name: 'random' });
    }
  }
  const training = new TrainingContext();
  assert.notEqual(layer.trace([x], training)[0], x);
  assert.deepEqual(asked, [[[null, 4], 7]]);
});

test('setWeights checks count and shapes and then changes all', () => {
  const layer = layers.dense({ units: 2 });
  assert.throws(() => layer.countParams(), /isn't built/);
  layer.build([[null, 1]]);
  assert.throws(() => layer.setWeights([tensor([[1, 2]])]), {
    name: 'ValueError',
    message: /on layer 'dense' with a weight list of length 1, but the layer was expecting 2 weights/,
  });
  assert.throws(
    () => layer.setWeights([tensor([[1, 2]]), tensor([1])]),
    /Layer dense weight shape \[2\] is not compatible with provided weight shape \[1\]/,
  );
  for (const wrong of [undefined, tensor([1]), [1, 2], [tensor([[1, 2]]), undefined]]) {
    assert.throws(
      () => layer.setWeights(wrong as never),
      /^ValueError: setWeights on layer 'dense' takes a list/,
    );
  }
  layer.setWeights([tensor([[1, 2]]), tensor([3, 4])]);
  assert.deepEqual(
    layer.getWeights().map((weight) => [...weight.data]),
    [
      [1, 2],
      [3, 4],
    ],
  );
});

test('a layer built from its configuration has the same configuration', () => {
  const made: Layer[] = [
    layers.activation({ activation: 'leaky_relu' }),
    layers.add(),
    layers.averagePooling2d({ poolSize: 3, strides: 1, padding: 'same' }),
    layers.conv2d({
      filters: 4,
      kernelSize: [3, 5],
      strides: 2,
      kernelInitializer: 'heNormal',
      activation: 'swish',
    }),
    layers.dense({ units: 3, useBias: false, trainable: false }),
    layers.dropout({ rate: 0.25, seed: 3 }),
    layers.flatten(),
    layers.globalAveragePooling2d({ keepdims: true }),
    layers.globalMaxPooling2d(),
    layers.inputLayer({ shape: [4, 4, 1] }),
    layers.maxPooling2d(),
    layers.reshape({ targetShape: [2, -1] }),
  ];
  for (const layer of made) {
    const config = JSON.parse(JSON.stringify(layer.getConfig()));
    const again = LAYERS.fromObject({ class_name: layer.className, config });
    assert.deepEqual(JSON.parse(JSON.stringify(again.getConfig())), config);
  }
});

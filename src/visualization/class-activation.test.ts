/** @file Which maps heatmaps are made of, for models of all forms; what is refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { classes, convnet, image } from '../../tests/support/small-convnet.ts';
import { ShapeError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { type Tensor, tensor } from '../base/tensor.ts';
import type { Node } from '../graph/node.ts';
import type { CallContext } from '../layers/call-context.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { Layer } from '../layers/layer.ts';
import { model as functional } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { attribution } from './attribution.ts';
import { type ClassActivationMethod, classActivation, classActivations } from './class-activation.ts';

setRandomSeed(5);

/** A convolution with an activation of its own: no layer that Keras has. */
class Block extends Layer {
  static override readonly className = 'Block';
  readonly inner = this.track(layers.conv2d({ filters: 1, kernelSize: 2, name: 'inner' }));

  override call([x]: readonly Node[], context: CallContext): Node {
    return context.apply(this.inner, x!);
  }
}

const LAST_MAPS: readonly (readonly [string, readonly Layer[], string, readonly number[]])[] = [
  ['a convolution', classes(), 'conv', [4, 4]],
  [
    'the activation after the normalization',
    [layers.batchNormalization(), layers.activation({ activation: 'relu', name: 'relu' }), ...classes()],
    'relu',
    [4, 4],
  ],
  [
    'before the pooling',
    [layers.maxPooling2d({ poolSize: 2 }), layers.dropout({ rate: 0.5 }), ...classes()],
    'conv',
    [4, 4],
  ],
  [
    'a layer of one filter inside of an own one',
    [new Block({ name: 'block' }), ...classes()],
    'block/inner',
    [3, 3],
  ],
  [
    'a transposed convolution that is cropped',
    [
      layers.conv2dTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: 'same', name: 'up' }),
      ...classes(),
    ],
    'up',
    [8, 8],
  ],
  [
    'maps before a convolution that gives one pixel',
    [
      layers.globalAveragePooling2d({ keepdims: true }),
      layers.conv2d({ filters: 3, kernelSize: 1 }),
      layers.flatten(),
      layers.softmax(),
    ],
    'conv',
    [4, 4],
  ],
  [
    'maps of classes: those before them',
    [layers.conv2d({ filters: 4, kernelSize: 1, activation: 'softmax' })],
    'conv',
    [4, 4],
  ],
];

for (const [name, end, layer, size] of LAST_MAPS) {
  test(`the last maps: ${name}`, async () => {
    const found = await classActivation(convnet(...end), image(6, 6, 2), { method: 'layerCam' });
    assert.deepEqual([found.layer, found.heatmap.shape], [layer, size]);
    assert.ok(found.allZero || found.heatmap.max().item() === 1);
  });
}

test('a model without maps that say where says so', async () => {
  const dense = sequential({ layers: [layers.dense({ units: 2, inputShape: [4] })] });
  await assert.rejects(classActivation(dense, image(4)), /no convolution.*attribution\(\)/);
  const one = convnet(
    layers.flatten(),
    layers.reshape({ targetShape: [1, 1, 48] }),
    layers.conv2d({ filters: 2, kernelSize: 1, name: 'point' }),
    ...classes(),
  );
  assert.equal((await classActivation(one, image(6, 6, 2))).layer, 'conv');
  await assert.rejects(classActivation(one, image(6, 6, 2), { layer: 'point' }), /1 × 1 pixels/);
  const points = sequential({
    layers: [layers.conv2d({ filters: 2, kernelSize: 2, inputShape: [2, 2, 1] }), ...classes()],
  });
  await assert.rejects(classActivation(points, image(2, 2, 1)), /all convolutions .* 1 × 1 pixels/);
});

test('wrong layers, classes, methods and images are refused with what is right', async () => {
  const net = convnet(...classes());
  const x = image(6, 6, 2);
  const refused: readonly [object, RegExp][] = [
    [{ layer: 'cnov' }, /no layer 'cnov'.*Did you mean 'conv'/],
    [{ layer: 'top' }, /no maps/],
    [{ target: 3 }, /0 to 2/],
    [{ target: 'cat' }, /no class names/],
    [{ method: 'gradCAM' }, /Did you mean 'gradCam'/],
    [{ of: 'logits' }, /Did you mean 'logit'/],
    [{ output: 'tpo' }, /output/],
    [{ method: 'scoreCam', input: 1 }, /input/],
    [{ layers: 'conv' }, /Did you mean 'layer'/],
  ];
  for (const [options, message] of refused) await assert.rejects(classActivation(net, x, options), message);
  await assert.rejects(classActivation(net, image(2, 6, 6, 2)), /batch of 2. classActivations takes/);
  await assert.rejects(classActivation(net, image(6, 6, 1)), ShapeError);
  await assert.rejects(
    classActivations(net, image(2, 6, 6, 2), { target: [0] }),
    /2 image\(s\) and 1 targets/,
  );
});

test('of several outputs one is chosen, and a layer must be on the way to it', async () => {
  const x = input({ shape: [5, 5, 1] });
  const left = layers.conv2d({ filters: 2, kernelSize: 2, name: 'left' }).apply(x);
  const right = layers.conv2d({ filters: 2, kernelSize: 3, name: 'right' }).apply(x);
  const ends = [left, right].map((maps, i) =>
    layers.dense({ units: 2, name: `end${i}` }).apply(layers.flatten().apply(maps)),
  );
  const net = functional({ inputs: x, outputs: ends });
  await assert.rejects(classActivation(net, image(5, 5, 1)), /outputs end0, end1/);
  const found = await classActivation(net, image(5, 5, 1), { output: 'end1' });
  assert.deepEqual([found.layer, found.heatmap.shape], ['right', [3, 3]]);
  await assert.rejects(
    classActivation(net, image(5, 5, 1), { output: 0, layer: 'right' }),
    /does not come from layer 'right'/,
  );
});

test('of several inputs the image is found, or asked for', async () => {
  const photo = input({ shape: [5, 5, 1], name: 'photo' });
  const facts = input({ shape: [3], name: 'facts' });
  const maps = layers.conv2d({ filters: 2, kernelSize: 2, activation: 'relu' }).apply(photo);
  const all = layers.concatenate().apply([layers.flatten().apply(maps), facts]);
  const net = functional({ inputs: [photo, facts], outputs: layers.dense({ units: 2 }).apply(all) });
  const given = [image(5, 5, 1), image(3)];
  for (const method of ['gradCam', 'scoreCam', 'guidedGradCam'] satisfies ClassActivationMethod[]) {
    const { heatmap } = await classActivation(net, given, { method });
    assert.deepEqual(heatmap.shape, method === 'guidedGradCam' ? [5, 5] : [4, 4]);
  }
  const { map } = await attribution(net, given, { input: 'facts', target: 1 });
  assert.deepEqual(map.shape, [3]);
  const two = functional({
    inputs: [photo, input({ shape: [5, 5, 1], name: 'second' })],
    outputs: layers.dense({ units: 2 }).apply(layers.flatten().apply(maps)),
  });
  await assert.rejects(
    classActivation(two, [image(5, 5, 1), image(5, 5, 1)], { method: 'scoreCam' }),
    /inputs photo, second.*\{ input \}/,
  );
});

test('an all-zero heatmap says so, and names the class', async () => {
  const net = convnet(
    layers.reLU(),
    layers.globalAveragePooling2d(),
    layers.dense({ units: 2, name: 'top' }),
  );
  net.classNames = ['bee', 'cat'];
  const [conv, bias, kernel] = net.getWeights() as [Tensor, Tensor, Tensor];
  net.setWeights([conv, bias.add(1), kernel.mul(0).add(tensor([-1, 1])), tensor([0, 0])]);
  const bee = await classActivation(net, image(6, 6, 2), { target: 'bee' });
  assert.ok(bee.allZero && bee.heatmap.data.every((value) => value === 0));
  assert.match(bee.note!, /speaks for class 0 \(bee\)/);
  const cat = await classActivation(net, image(6, 6, 2));
  assert.deepEqual([cat.target, cat.allZero, cat.note], [1, false, null]);
});

test('numbers that are not finite are an error and no heatmap', async () => {
  const net = convnet(...classes());
  net.setWeights(net.getWeights().map((weight) => weight.add(Number.NaN)));
  await assert.rejects(classActivation(net, image(6, 6, 2)), /not finite/);
});

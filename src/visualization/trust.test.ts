/** @file Tests of heatmaps: by the pixels that they call warm, and with random weights. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../tests/support/close.ts';
import { ShapeError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import * as layers from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import { model } from '../models/functional.ts';
import { sequential } from '../models/sequential.ts';
import { rankCorrelation } from './rank-correlation.ts';
import { sanityCheck } from './sanity-check.ts';
import { trust } from './trust.ts';

setRandomSeed(7);

/** The score is the mean of the right half of an image of ones on the right. */
function rightHalf() {
  const net = sequential({
    layers: [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 1, useBias: false })],
  });
  const right = Float32Array.from({ length: 16 }, (_, i) => (i % 4 >= 2 ? 1 / 8 : 0));
  net.setWeights([tensor(right, [16, 1])]);
  const image = tensor(right, [4, 4, 1]).mul(8);
  return { net, image };
}

const RIGHT = tensor([[0, 0, 1, 1]]);

test('a heatmap of the pixels that count has curves that rise and fall at once', async () => {
  const { net, image } = rightHalf();
  const good = await trust(net, image, RIGHT, { steps: 4, seed: 1 });
  assertClose(good.deletionCurve.data, [1, 0.5, 0, 0, 0], 1e-6, 'deletion');
  assert.ok(Math.abs(good.deletion - 0.25) < 1e-6);
  assert.ok(Math.abs(good.insertionCurve.data[2]! - 1) < 1e-6);
  const bad = await trust(net, image, RIGHT.mul(-1), { steps: 4, shuffles: 0 });
  assertClose(bad.deletionCurve.data, [1, 1, 1, 0.5, 0], 1e-6, 'deletion');
  assert.ok(bad.insertion < good.insertion);
  assert.equal(bad.chance, null);
  assert.ok(good.chance!.deletion >= good.deletion && good.chance!.insertion <= good.insertion);
  assert.deepEqual([good.target, good.score], [0, 1]);
});

test('wrong heatmaps and options are refused', async () => {
  const { net, image } = rightHalf();
  await assert.rejects(trust(net, image, Tensor.zeros([4, 4, 3])), ShapeError);
  await assert.rejects(trust(net, image, RIGHT.mul(Number.NaN)), /not finite/);
  await assert.rejects(trust(net, image, [[1]] as never), /received \[\[1\]\]/);
  await assert.rejects(trust(net, image, RIGHT, { steps: 0 }), /steps/);
  await assert.rejects(trust(net, image, RIGHT, { steps: 1e9 }), /the image's pixels/);
  await assert.rejects(trust(net, image, RIGHT, { step: 2 } as never), /Did you mean 'steps'/);
});

function convnet() {
  return sequential({
    layers: [
      layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'conv', inputShape: [8, 8, 1] }),
      layers.batchNormalization({ name: 'norm' }),
      layers.flatten(),
      layers.dense({ units: 3, name: 'top' }),
    ],
  });
}
const PHOTO = tensor(
  Float32Array.from({ length: 64 }, (_, i) => Math.cos(i * i)),
  [8, 8, 1],
);

test('the sanity check goes from the last layer to the first, and leaves the weights as they were', async () => {
  const net = convnet();
  const before = net.getWeights();
  const { steps, target } = await sanityCheck(net, PHOTO, { seed: 3 });
  assert.deepEqual(
    steps.map(({ layer }) => layer),
    ['top', 'norm', 'conv'],
  );
  assert.ok(steps.every(({ correlation }) => Math.abs(correlation) <= 1));
  assert.ok(steps.some(({ correlation }) => correlation < 0.9));
  assert.ok(target >= 0 && target < 3);
  net.getWeights().forEach((weight, i) => assert.deepEqual(weight.data, before[i]!.data));
  const again = await sanityCheck(net, PHOTO, { seed: 3 });
  assert.deepEqual(again.steps, steps);
});

test('a map that does not depend on the model fails the check', async () => {
  const { note } = await sanityCheck(convnet(), PHOTO, { explain: async () => PHOTO });
  assert.match(note!, /rank correlation 1.00/);
});

test('of a model with several inputs the sanity check is told which one is the image', async () => {
  const [image, extra] = [
    input({ shape: [8, 8, 1], name: 'image' }),
    input({ shape: [8, 8, 1], name: 'mask' }),
  ];
  const maps = layers
    .conv2d({ filters: 3, kernelSize: 3, name: 'maps' })
    .apply(layers.multiply().apply([image, extra]));
  const net = model({
    inputs: [image, extra],
    outputs: layers.dense({ units: 2 }).apply(layers.flatten().apply(maps)),
  });
  const both = [PHOTO, Tensor.ones([8, 8, 1])];
  const { steps } = await sanityCheck(net, both, { input: 'image', seed: 1 });
  assert.equal(steps.length, 2);
  await assert.rejects(
    sanityCheck(net, both, { input: 'picture' }),
    /unknown input 'picture'|input 'picture'/i,
  );
  await assert.rejects(
    sanityCheck(net, both, { input: 0, explain: async () => PHOTO }),
    /leave it out with explain/,
  );
});

test('a map that is the same everywhere is no success of the sanity check', async () => {
  const { net, image } = rightHalf();
  const flat = await sanityCheck(net, image, { explain: async () => Tensor.zeros([2, 2]) });
  assert.match(flat.note!, /same everywhere.*says nothing/);
});

test('of two classes of one unit the first one, too, has areas between 0 and 1', async () => {
  const net = sequential({
    layers: [layers.flatten({ inputShape: [4, 4, 1] }), layers.dense({ units: 1, activation: 'sigmoid' })],
  });
  net.classNames = ['left', 'right'];
  const { image } = rightHalf();
  const areas = async (target: number) => trust(net, image, RIGHT, { target, steps: 4, shuffles: 0 });
  const [left, right] = [await areas(0), await areas(1)];
  assert.ok(Math.abs(left.score + right.score - 1) < 1e-6);
  assert.ok(Math.abs(left.deletion + right.deletion - 1) < 1e-6 && left.insertion > 0);
});

test('after an error the weights are as they were, and of two checks at once the second is refused', async () => {
  const net = convnet();
  const before = net.getWeights();
  let calls = 0;
  const failing = async () => {
    if (++calls === 3) throw new Error('stop');
    return PHOTO;
  };
  const first = sanityCheck(net, PHOTO, { explain: failing });
  await assert.rejects(sanityCheck(net, PHOTO), /being checked already/);
  await assert.rejects(first, /stop/);
  net.getWeights().forEach((weight, i) => assert.deepEqual(weight.data, before[i]!.data));
  await assert.rejects(sanityCheck(net, PHOTO, { explain: (async () => 1) as never }), /must give a map/);
  let size = 1;
  const growing = async () => Tensor.ones([size++, 1]);
  await assert.rejects(sanityCheck(net, PHOTO, { explain: growing }), /one shape/);
});

test('rank correlation', () => {
  assert.equal(rankCorrelation([1, 2, 3], [10, 20, 400]), 1);
  assert.equal(rankCorrelation([1, 2, 3], [3, 2, 1]), -1);
  assert.equal(rankCorrelation([1, 1, 1], [3, 2, 1]), 0);
  // NumPy: the correlation of the ranks 0, 1.5, 1.5, 3, 4 and 0, 1, 2.5, 4, 2.5.
  assert.ok(Math.abs(rankCorrelation([1, 2, 2, 4, 5], [5, 6, 7, 8, 7]) - 0.7631578947368421) < 1e-12);
});

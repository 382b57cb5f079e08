/** @file How much each number counts: methods beside each other, batches, rectifiers of all forms; what is refused. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../tests/support/close.ts';
import { classes, convnet, image } from '../../tests/support/small-convnet.ts';
import { UnsupportedError } from '../base/errors.ts';
import { setRandomSeed } from '../base/random.ts';
import { type Tensor, tensor } from '../base/tensor.ts';
import * as layers from '../layers/index.ts';
import { sequential } from '../models/sequential.ts';
import { attribution, attributions } from './attribution.ts';

setRandomSeed(6);

test('smoothGrad without noise is the gradient, and repeats with a seed', async () => {
  const net = convnet(layers.reLU(), ...classes());
  const x = image(6, 6, 2);
  const plain = await attribution(net, x, { target: 1 });
  const still = await attribution(net, x, { method: 'smoothGrad', noise: 0, samples: 20, target: 1 });
  assertClose(still.map.data, plain.map.data, 1e-5, 'without noise');
  const noisy = { method: 'smoothGrad', samples: 3, seed: 4 } as const;
  const [first, second] = [await attribution(net, x, noisy), await attribution(net, x, noisy)];
  assert.deepEqual(first.map.data, second.map.data);
  assert.notDeepEqual(first.map.data, plain.map.data);
});

test('of a linear model all methods that add up give weight times number', async () => {
  const net = sequential({
    layers: [layers.flatten({ inputShape: [3, 3, 1] }), layers.dense({ units: 1 })],
  });
  const kernel = Float32Array.from({ length: 9 }, (_, i) => i - 4);
  net.setWeights([tensor(kernel, [9, 1]), tensor([0.5])]);
  const x = image(3, 3, 1);
  const expected = kernel.map((weight, i) => weight * x.data[i]!);
  for (const options of [
    { method: 'inputTimesGradient' },
    { method: 'integratedGradients', steps: 1 },
    { method: 'occlusion', window: 1 },
  ] as const) {
    const { map, note } = await attribution(net, x, options);
    assert.deepEqual(map.shape, [3, 3, 1]);
    assertClose(map.data, expected, 1e-5, options.method);
    assert.equal(note, null);
  }
  // Windows of 2 × 2 cover corners once and the middle four times; the map has the mean fall of the score.
  const { map } = await attribution(net, x, { method: 'occlusion', window: 2, stride: 1 });
  const corner = [0, 1, 3, 4].reduce((sum, at) => sum + expected[at]!, 0);
  assert.ok(Math.abs(map.data[0]! - corner) < 1e-5);
});

test('a batch gives a map for each image, each with a class of its own', async () => {
  const net = convnet(layers.reLU(), ...classes());
  const x = image(2, 6, 6, 2);
  for (const method of ['saliency', 'integratedGradients'] as const) {
    const both = await attributions(net, x, { method, target: [2, 0] });
    for (const [i, target] of [2, 0].entries()) {
      const alone = await attribution(net, x.slice(i, 1), { method, target });
      assertClose(both[i]!.map.data, alone.map.data, 1e-5, `${method} of image ${i}`);
      assert.equal(both[i]!.target, target);
    }
  }
});

test('gradients go through layers that resize images', async () => {
  const net = sequential({
    layers: [
      layers.resizing({ height: 8, width: 5, inputShape: [6, 6, 2] }),
      layers.flatten(),
      layers.dense({ units: 2, useBias: false }),
    ],
  });
  const x = image(6, 6, 2);
  const { map, score } = await attribution(net, x, { method: 'inputTimesGradient', target: 1 });
  // The score is linear.
  assert.ok(Math.abs(map.sum().item() - score) < 1e-5 * (1 + Math.abs(score)));
});

test('a map that is all zero, or does not add up, says so', async () => {
  const net = convnet(layers.reLU(), layers.flatten(), layers.dense({ units: 1 }));
  const [conv, bias, kernel, last] = net.getWeights() as [Tensor, Tensor, Tensor, Tensor];
  net.setWeights([conv, bias.sub(100), kernel, last]);
  assert.match((await attribution(net, image(6, 6, 2))).note!, /0 everywhere/);
  // The rectifiers bend on the way from the baseline, which one step does not see.
  net.setWeights([conv.mul(0).add(1), bias.sub(5), kernel.mul(0).add(1), last]);
  const rough = await attribution(net, image(6, 6, 2), { method: 'integratedGradients', steps: 1 });
  assert.match(rough.note!, /More steps/);
  const fine = await attribution(net, image(6, 6, 2), { method: 'integratedGradients', steps: 400 });
  assert.ok(fine.completenessGap! < rough.completenessGap! / 10);
});

test('guided backpropagation is refused where it means nothing', async () => {
  const guided = { method: 'guidedBackprop' } as const;
  const refused = (net: ReturnType<typeof convnet>, message: RegExp) =>
    assert.rejects(attribution(net, image(6, 6, 2), guided), (error: Error) => {
      return error instanceof UnsupportedError && message.test(error.message);
    });
  await refused(convnet(layers.activation({ activation: 'tanh' }), ...classes()), /has no rectifiers/);
  await refused(convnet(layers.pReLU({ name: 'slopes' }), ...classes()), /'slopes' computes something else/);
  await refused(convnet(layers.activation({ activation: 'hard_silu' }), ...classes()), /hard swish/);
});

test('all forms of rectifiers are guided: no signal below 0 passes', async () => {
  const forms = [
    layers.reLU(),
    layers.reLU({ maxValue: 6 }),
    layers.reLU({ maxValue: 2, threshold: 0.1 }),
    layers.leakyReLU(),
    layers.eLU(),
  ];
  for (const form of forms) {
    // A kernel of ones, then scores that fall: without guidance all numbers would be below 0.
    const net = convnet(form, layers.flatten(), layers.dense({ units: 1, useBias: false }));
    const [conv, bias, kernel] = net.getWeights() as [Tensor, Tensor, Tensor];
    net.setWeights([conv.mul(0).add(0.1), bias, kernel.mul(0).sub(1)]);
    const { map } = await attribution(net, image(6, 6, 2), { method: 'guidedBackprop' });
    assert.ok(map.data.every((value) => value === 0));
    net.setWeights([conv.mul(0).add(0.1), bias, kernel.mul(0).add(1)]);
    const rises = await attribution(net, image(6, 6, 2), { method: 'guidedBackprop' });
    assert.ok(rises.map.min().item() > 0 || rises.map.max().item() > 0);
  }
});

test('wrong options of attribution are refused', async () => {
  const net = convnet(...classes());
  const refused: readonly [object, RegExp][] = [
    [{ method: 'gradient' }, /method of attribution/],
    [{ steps: 3 }, /attribution by saliency option 'steps'/],
    [{ method: 'integratedGradients', steps: 0 }, /steps/],
    [{ method: 'integratedGradients', baseline: image(2) }, /baseline has shape \[2\]/],
    [
      { method: 'integratedGradients', baseline: image(6, 6, 2).mul(Number.NaN) },
      /the baseline has numbers that are NaN/,
    ],
    [{ method: 'smoothGrad', noise: -1 }, /noise/],
    [{ method: 'occlusion', window: 0.5 }, /window/],
  ];
  for (const [options, message] of refused)
    await assert.rejects(attribution(net, image(6, 6, 2), options), message);
  await assert.rejects(attribution(net, image(2, 6, 6, 2)), /attributions takes batches/);
  const vector = sequential({ layers: [layers.dense({ units: 2, inputShape: [7] })] });
  await assert.rejects(attribution(vector, image(7), { method: 'occlusion' }), /input of shape \[7\]/);
});

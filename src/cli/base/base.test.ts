/** @file `--base`: which network a name or file means, what of it is kept, how pixels get to it. */

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readFixture } from '../../../tests/support/fixtures.ts';
import { applications, input, layers, model, sequential, tensor } from '../../index.ts';
import { UsageError } from '../command-error.ts';
import { type Network, openCompiledModel, openModel } from '../network.ts';
import { pixelsOf } from '../pixels.ts';
import { baseByLayers, baseByName, baseByWeightsFile } from './known-bases.ts';
import { openBase } from './open-base.ts';
import { checkFineTuned, transferNetwork, unfreezeFrom } from './transfer-network.ts';
import { joinRuns, withBestEpoch } from './transfer-run.ts';

const root = mkdtempSync(join(tmpdir(), 'fovea-base-'));
after(() => rmSync(root, { recursive: true }));

let mobile: Network;
before(async () => {
  mobile = await applications.mobileNetV2({
    weights: null,
    alpha: 0.35,
    inputShape: [96, 96, 3],
    includeTop: false,
  });
});

test('networks are known by name, with their widths', () => {
  assert.deepEqual(
    [baseByName('MobileNetV2')?.base.name, baseByName('mobilenet_v2')?.base.name],
    ['mobilenetv2', 'mobilenetv2'],
  );
  assert.equal(baseByName('mobilenetv2-0.35')?.alpha, 0.35);
  assert.equal(baseByName('vgg16-0.5'), null);
  assert.equal(baseByName('lenet'), null);
});

test("Keras' names of weight files say which network, its width, and whether it has its classifier", () => {
  const cases: [string, string, number | undefined, boolean][] = [
    ['mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5', 'mobilenetv2', 0.35, false],
    ['mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_160.h5', 'mobilenetv2', 1, true],
    ['mobilenet_7_5_224_tf.h5', 'mobilenet', 0.75, true],
    ['mobilenet_1_0_128_tf_no_top.h5', 'mobilenet', 1, false],
    ['vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5', 'vgg16', undefined, false],
    ['resnet50v2_weights_tf_dim_ordering_tf_kernels.h5', 'resnet50v2', undefined, true],
    ['efficientnetb0_notop.h5', 'efficientnetb0', undefined, false],
    ['weights_mobilenet_v3_small_224_1.0_float_no_top_v2.h5', 'mobilenetv3small', 1, false],
    ['weights_mobilenet_v3_large_224_0.75_float.h5', 'mobilenetv3large', 0.75, true],
  ];
  for (const [file, name, alpha, includeTop] of cases) {
    const found = baseByWeightsFile(file);
    assert.deepEqual([found?.base.name, found?.alpha, found?.includeTop], [name, alpha, includeTop], file);
  }
  for (const file of ['weights.h5', 'weights_mobilenet_v3_small_minimalistic_224_1.0_float.h5'])
    assert.equal(baseByWeightsFile(file), null, file);
});

test('a file of weights under that name, and a model of any format, become a base', async () => {
  const name = join(root, 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5');
  await mobile.saveWeights(name);
  const fromWeights = await openBase(name, [96, 96]);
  assert.deepEqual([fromWeights.pixels, fromWeights.imageShape], ['tf', [96, 96, 3]]);
  const x = tensor(new Float32Array(96 * 96 * 3).fill(0.3), [1, 96, 96, 3]);
  const expected = (await mobile.predict(x, { verbose: 0 })).data;
  assert.deepEqual((await fromWeights.net.predict(x, { verbose: 0 })).data, expected);

  // As Teachable Machine nests them: the network and pooling in one model, the classifier in another.
  const features = sequential({ layers: [mobile, layers.globalAveragePooling2d()] });
  const whole = sequential({
    layers: [features, sequential({ layers: [layers.dense({ units: 2, inputShape: [1280] })] })],
  });
  const file = join(root, 'whole.h5');
  await whole.save(file);
  const fromModel = await openBase(file, undefined);
  assert.deepEqual([fromModel.pixels, fromModel.net.layers.length], ['tf', mobile.layers.length]);
  assert.deepEqual((await fromModel.net.predict(x, { verbose: 0 })).data, expected);
});

test('a model that takes images of any size is made for one', async () => {
  const file = join(root, 'any-size.keras');
  writeFileSync(file, readFixture('keras-layouts').file('variable_size.keras'));
  assert.deepEqual((await openBase(file, undefined)).imageShape, [224, 224, 3]);
  assert.deepEqual((await openBase(file, [40, 48])).imageShape, [40, 48, 3]);
  await assert.rejects(
    openModel(file),
    (error) => error instanceof UsageError && /any size.*fovea convert/.test(error.message),
  );
  assert.deepEqual((await openCompiledModel(file, [40, 48, 3])).inputs[0]!.shape, [null, 40, 48, 3]);
});

test('what cannot be a base is refused', async () => {
  const flat = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
  await flat.save(join(root, 'flat.keras'));
  await flat.saveWeights(join(root, 'mine.h5'));
  await mobile.save(join(root, 'mobile.keras'));
  const [a, b] = [input({ shape: [32, 32, 3] }), input({ shape: [32, 32, 3] })];
  const pair = layers.conv2d({ filters: 2, kernelSize: 3 }).apply(layers.add().apply([a, b]));
  await model({ inputs: [a, b], outputs: pair }).save(join(root, 'pair.keras'));
  const cases: [string, [number, number] | undefined, RegExp][] = [
    [
      join(root, 'pair.keras'),
      undefined,
      /takes \[null, 32, 32, 3\] and \[null, 32, 32, 3\]; expected images/,
    ],
    ['mobilenetv4', undefined, /no such file and no network.*Did you mean 'mobilenetv2'/],
    [join(root, 'flat.keras'), undefined, /no maps of images/],
    [join(root, 'mine.h5'), undefined, /weights without a model, and its name is none/],
    [join(root, 'mobile.keras'), [64, 64], /--image-size is set by the model file/],
    ['mobilenetv2-0.4', undefined, /--base mobilenetv2: .*alpha can be one of/],
    ['mobilenetv2', [16, 16], /--base mobilenetv2: .*at least 32x32/],
  ];
  for (const [text, size, message] of cases) {
    await assert.rejects(
      openBase(text, size),
      (error) => error instanceof UsageError && message.test(error.message),
      text,
    );
  }
});

test('pixels come as the base was trained, as applications prepare them', async () => {
  const bytes = tensor(
    Uint8Array.from({ length: 2 * 2 * 3 }, (_, i) => i * 20),
    [1, 2, 2, 3],
  );
  const images = { tf: applications.mobileNet, torch: applications.densenet121, caffe: applications.vgg16 };
  for (const [pixels, { preprocessInput }] of Object.entries(images)) {
    const identity = sequential({
      layers: [layers.conv2d({ filters: 3, kernelSize: 1, useBias: false, inputShape: [2, 2, 3] })],
    });
    identity.setWeights([tensor([1, 0, 0, 0, 1, 0, 0, 0, 1], [1, 1, 3, 3])]);
    const net = transferNetwork({ net: identity, pixels: pixels as 'tf', imageShape: [2, 2, 3] }, 2, null);
    const place = net.layers.indexOf(identity);
    const before = model({ inputs: net.inputs[0]!, outputs: identity.inboundCalls.at(-1)!.outputs[0]! });
    assert.ok(
      place > 0 &&
        net.layers.slice(0, place + 1).every(({ trainableWeights }) => trainableWeights.length === 0),
    );
    const given = (await before.predict(bytes, { verbose: 0 })).data;
    const expected = preprocessInput(bytes).data;
    given.forEach((value, i) =>
      assert.ok(Math.abs(Number(value) - Number(expected[i])) < 1e-4, `${pixels} ${i}`),
    );
  }
});

test('layers from a name on train, and normalizations do not', () => {
  mobile.trainable = false;
  unfreezeFrom(mobile, 'block_16_project');
  const training = mobile.layers.filter(({ trainableWeights }) => trainableWeights.length > 0);
  assert.deepEqual(
    training.map(({ name }) => name),
    ['block_16_project', 'Conv_1'],
  );
  assert.throws(
    () => checkFineTuned(mobile, 'block_16_projct'),
    /--fine-tune: .*Did you mean 'block_16_project'/,
  );
  checkFineTuned(mobile, 'Conv_1');
  assert.throws(
    () => checkFineTuned(mobile, 'Conv_1_bn'),
    /no layer from there on has weights that could train/,
  );
  assert.equal(baseByLayers(new Set(mobile.layers.map(({ name }) => name)))?.name, 'mobilenetv2');
});

test('networks for grey images get pixels from 0 to 1, for they were not trained on ImageNet', async () => {
  const options = { weights: null, inputShape: [32, 32, 1], classes: 2 };
  assert.equal(pixelsOf(await applications.mobileNet({ ...options, alpha: 0.25 })), 'unit');
  assert.equal(pixelsOf(mobile), 'tf');
});

test('two runs become one, with the best epoch of both', () => {
  const run = (losses: number[]) =>
    withBestEpoch({
      history: { loss: losses, val_loss: losses },
      secondsPerEpoch: losses.map(() => 1),
      seconds: losses.length,
      interrupted: false,
      kept: null,
    });
  const { history, seconds, kept } = joinRuns(run([3, 1, 2]), run([5, 4]));
  assert.deepEqual([history.val_loss, seconds, kept], [[3, 1, 2, 5, 4], 5, 1]);
  assert.equal(joinRuns(run([3, 1, 2]), run([5, 0.5])).kept, 4);
  assert.equal(joinRuns(run([3, 1, 2]), run([])).kept, 1);
});

import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { ShapeError, UnsupportedError, ValueError } from '../base/errors.ts';
import { Tensor, tensor } from '../base/tensor.ts';
import { conv2d, rescaling } from '../layers/index.ts';
import { input } from '../layers/input-layer.ts';
import type { Functional } from '../models/functional.ts';
import { loadModel } from '../models/saving/load.ts';
import { imageNetClasses } from './imagenet-classes.ts';
import {
  decodePredictions,
  mobileNet,
  mobileNetV2,
  mobileNetV3Small,
  resNet50,
  vgg16,
  xception,
} from './index.ts';

const folder = await mkdtemp(join(tmpdir(), 'fovea-'));
after(() => rm(folder, { recursive: true }));

/** The smallest MobileNet. */
const SMALL = { alpha: 0.125, inputShape: [32, 32, 3], classes: 3 } as const;

const numbersOf = (model: Functional) => model.getWeights().map(({ data }) => [...data]);

test('options that do not go together are refused as in Keras', async () => {
  const cases: [() => Promise<Functional>, typeof ValueError | typeof ShapeError, RegExp][] = [
    [() => vgg16({ classes: 10 }), ValueError, /`classes` should be 1000. Received: classes=10/],
    [() => vgg16({ weights: 'imagnet' }), ValueError, /either null .* `imagenet` .* path.*'imagnet'/],
    [() => vgg16({ inputShape: [200, 200, 3] }), ValueError, /should be \[224, 224, 3\].*\[200, 200, 3\]/],
    [() => vgg16({ inputShape: [32, 3], weights: null }), ValueError, /list of three integers/],
    [() => vgg16({ inputShape: [31, 64, 3], weights: null }), ShapeError, /at least 32x32/],
    [() => xception({ inputShape: [70, 70, 3], weights: null }), ShapeError, /at least 71x71/],
    [() => resNet50({ includeTop: false, inputShape: [64, 64, 1] }), ValueError, /must have 3 channels/],
    [() => resNet50({ classifierActivation: 'relu' }), ValueError, /only null and 'softmax'/],
    [() => mobileNet({ alpha: 0.3 }), ValueError, /one of 0.25, 0.5, 0.75, 1 only. Received: alpha=0.3/],
    [() => mobileNet({ depthMultiplier: 2 }), ValueError, /must be 1/],
    [() => mobileNetV2({ alpha: 0.25 }), ValueError, /0.35, 0.5, 0.75, 1, 1.3, 1.4/],
    [() => mobileNetV3Small({ alpha: 0.75, minimalistic: true }), ValueError, /one of 1 only/],
    [() => mobileNet({ weights: 7 as never }), ValueError, /'imagenet', null, a path/],
    [() => mobileNet({ pooling: 'mean' as never }), ValueError, /Expected one of 'avg', 'max'/],
    [() => mobileNet({ include_top: false } as never), ValueError, /Did you mean 'includeTop'/],
  ];
  for (const [make, Class, message] of cases) {
    await assert.rejects(
      make(),
      (error) => error instanceof Class && message.test(error.message),
      `${message}`,
    );
  }
  await assert.rejects(
    mobileNet({ inputShape: [null, null, 3] as never, weights: null }),
    (error) => error instanceof UnsupportedError && /variable size/.test(error.message),
  );
});

test('an application goes on from a tensor', async () => {
  const images = input({ shape: [40, 48, 3] });
  const inputTensor = rescaling({ scale: 1 / 127.5, offset: -1 }).apply(images);
  const model = await mobileNetV2({ inputTensor, weights: null, alpha: 0.35, includeTop: false });
  assert.equal(model.inputs[0], images);
  assert.deepEqual(model.outputs[0]!.shape, [null, 2, 2, 1280]);
  assert.equal(model.layers[1]!.className, 'Rescaling');
  await assert.rejects(
    mobileNetV2({ inputTensor, inputShape: [32, 32, 3], weights: null }),
    /inputTensor has the shape \[null, 40, 48, 3\].*Leave inputShape out/,
  );
});

test("what ImageNet's weights cannot fit is refused before they are downloaded", async () => {
  const tensorOf = (...shape: number[]) => ({ inputTensor: input({ shape }) });
  const withLayer = {
    inputTensor: conv2d({ filters: 3, kernelSize: 1 }).apply(input({ shape: [64, 64, 3] })),
  };
  const cases: [() => Promise<unknown>, RegExp][] = [
    [
      () => vgg16(tensorOf(64, 64, 3)),
      /gives \[64, 64, 3\]: .*'fc1\/kernel' \[25088, 4096\], it has 'fc1\/kernel' \[2048, 4096\].* of 224x224 pixels.*includeTop: false/,
    ],
    [() => vgg16({ ...tensorOf(64, 64, 1), includeTop: false }), /'block1_conv1\/kernel' \[3, 3, 1, 64\]/],
    [() => mobileNetV2({ ...withLayer, includeTop: false }), /Give a tensor with 3 channels, without layers/],
    [() => mobileNetV3Small({ classes: 5 }), /`classes` should be 1000\. Received: classes=5/],
  ];
  for (const [make, message] of cases) await assert.rejects(make(), message);
});

test('weights come from a path, a URL or bytes', async () => {
  const model = await mobileNet({ ...SMALL, weights: null });
  const path = join(folder, 'small.weights.h5');
  await model.saveWeights(path);
  const { readFile } = await import('node:fs/promises');
  const bytes = new Uint8Array(await readFile(path));
  for (const weights of [path, pathToFileURL(path), pathToFileURL(path).href, bytes, new Blob([bytes])]) {
    assert.deepEqual(numbersOf(await mobileNet({ ...SMALL, weights })), numbersOf(model));
  }
  const broken = join(folder, 'broken.h5');
  await writeFile(broken, bytes.subarray(0, 3000));
  await assert.rejects(mobileNet({ ...SMALL, weights: broken }), /broken\.h5.*truncated/);
  await assert.rejects(mobileNet({ ...SMALL, weights: bytes.subarray(0, 3000) }), /The bytes.*truncated/);
});

test('a file for the model with or without classifier is told from other files', async () => {
  const base = { ...SMALL, includeTop: false, alpha: 0.25 };
  const [whole, part] = [join(folder, 'whole.h5'), join(folder, 'part.h5')];
  await (await mobileNet({ ...SMALL, alpha: 0.25, weights: null })).saveWeights(whole);
  await (await mobileNet({ ...base, weights: null })).saveWeights(part);
  await mobileNet({ ...base, weights: part });
  await assert.rejects(
    mobileNet({ ...SMALL, alpha: 0.25, weights: part }),
    /holds the weights without the classifier, .*includeTop: false, .* such as 'mobilenet_2_5_32_tf\.h5'/,
  );
  await assert.rejects(mobileNet({ ...base, weights: whole }), /with the classifier.*includeTop: true/);
  await assert.rejects(
    mobileNet({ ...SMALL, weights: whole }),
    (error: Error) => !/classifier,/.test(error.message),
  );
});

test('operations on tensors go through a legacy .h5 file', async () => {
  const model = await mobileNetV3Small({ weights: null, inputShape: [32, 32, 3], alpha: 0.25, classes: 3 });
  const path = join(folder, 'operations.h5');
  await model.save(path);
  const again = await loadModel(path);
  assert.deepEqual(again.getConfig(), model.getConfig());
  assert.deepEqual(again.toText(), model.toText());
});

test('images are changed for the weights, whatever their type', () => {
  const pixels = [0, 1, 2, 127, 128, 200, 253, 254, 255, 9, 99, 199];
  const bytes = tensor(pixels, [2, 2, 3], 'uint8');
  const floats = tensor(pixels, [1, 2, 2, 3]);
  assert.deepEqual(mobileNet.preprocessInput(bytes).shape, [2, 2, 3]);
  for (const { preprocessInput } of [mobileNet, vgg16, mobileNetV3Small]) {
    const result = preprocessInput(bytes);
    assert.equal(result.dtype, 'float32');
    assert.deepEqual([...result.data], [...preprocessInput(floats).data]);
  }
  assert.deepEqual([...floats.data], pixels);
  assert.deepEqual([...mobileNetV3Small.preprocessInput(bytes).data], pixels);
  assert.throws(() => vgg16.preprocessInput(tensor([1, 2], [1, 2, 1])), ShapeError);
  assert.throws(() => vgg16.preprocessInput(pixels as never), ValueError);
});

test('predictions are decoded, best first', () => {
  const scores = new Float32Array(2000);
  scores.set([0.5, 0.25, 0.125], 385);
  scores.set([0.75], 1999);
  const decoded = decodePredictions(new Tensor([2, 1000], 'float32', scores), { top: 3 });
  assert.deepEqual(decoded[0], [
    { index: 385, wnid: 'n02504013', name: 'Indian_elephant', score: 0.5 },
    { index: 386, wnid: 'n02504458', name: 'African_elephant', score: 0.25 },
    { index: 387, wnid: 'n02509815', name: 'lesser_panda', score: 0.125 },
  ]);
  assert.deepEqual(decoded[1]![0], { index: 999, wnid: 'n15075141', name: 'toilet_tissue', score: 0.75 });
  assert.throws(() => decodePredictions(Tensor.zeros([1, 10])), ShapeError);
  assert.throws(() => decodePredictions(Tensor.zeros([1000])), ShapeError);
  assert.throws(() => decodePredictions(tensor(new Float32Array(1000).fill(Number.NaN), [1, 1000])), /NaN/);
  assert.throws(() => decodePredictions(Tensor.zeros([1, 1000]), { top: 0 }), ValueError);
});

test('there are 1000 classes, in the order of their synsets', () => {
  const classes = imageNetClasses();
  assert.equal(classes.length, 1000);
  const wnids = classes.map(({ wnid }) => wnid);
  assert.deepEqual(wnids, [...new Set(wnids)].sort());
  assert.ok(classes.every(({ name }, i) => /^[A-Za-z][\w'.-]+$/.test(name) && classes[i]!.index === i));
});

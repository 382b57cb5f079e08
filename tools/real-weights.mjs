/**
 * @file Opens real files of weights and measures what the models in them can do, beside references. Needs `npx tsc` first.
 *
 * Usage: node tools/real-weights.mjs DATA [NAME…]
 * DATA holds weights/, reference/, imagenet_samples/, cifar10/ and cats_and_dogs_small/. Only checks whose name contains one of
 * the NAMEs run. Prints a table; exit code 1 when a number misses its goal.
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as fovea from '../build/src/index.js';

const { applications, images, layers, Tensor } = fovea;
const [data, ...wanted] = process.argv.slice(2);
const at = (...parts) => join(data, ...parts);
const json = (path) => JSON.parse(readFileSync(at(path), 'utf8'));
const quiet = { verbose: 0 };
const rows = [];

const stretched = (path, size) => images.loadImage(path, { targetSize: size, interpolation: 'bilinear' });

/** The middle of a photo, resized so that its short side is size / 0.875: how ImageNet is measured. */
async function middle(path, size) {
  const { shape } = await images.loadImage(path);
  const scale = size / 0.875 / Math.min(shape[0], shape[1]);
  const [height, width] = shape.slice(0, 2).map((extent) => Math.round(extent * scale));
  const options = { targetSize: [height, width], interpolation: 'bilinear' };
  const { data: pixels } = await images.loadImage(path, options);
  const [top, left] = [height, width].map((extent) => Math.floor((extent - size) / 2));
  const cut = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * width + left) * 3;
    cut.set(pixels.subarray(start, start + size * 3), y * size * 3);
  }
  return { data: cut };
}

/** Images from files as one tensor, each number changed by `scale(value, channel)`. */
async function batchOf(paths, size, scale, load = stretched) {
  const values = new Float32Array(paths.length * size * size * 3);
  let offset = 0;
  for (const path of paths) {
    const image = await load(path, size);
    for (let i = 0; i < image.data.length; i++) values[offset + i] = scale(image.data[i], i % 3);
    offset += image.data.length;
  }
  return new Tensor([paths.length, size, size, 3], 'float32', values);
}

/** Predicts in parts, so that not all images are in memory at once. */
async function predictFiles(model, paths, size, scale, load) {
  const parts = [];
  for (let first = 0; first < paths.length; first += 100) {
    const x = await batchOf(paths.slice(first, first + 100), size, scale, load);
    parts.push((await model.predict(x, quiet)).data);
  }
  const width = parts[0].length / Math.min(100, paths.length);
  const all = new Float32Array(paths.length * width);
  for (const [i, part] of parts.entries()) all.set(part, i * 100 * width);
  return new Tensor([paths.length, width], 'float32', all);
}

const toUnit = (value) => value / 127.5 - 1;
const largestDifference = (a, b) => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);

function argmax(row) {
  return row.indexOf(Math.max(...row));
}

/** The part of the rows whose largest number is at the label's place. */
function accuracy({ shape, data: values }, labels) {
  const width = shape[1];
  const right = labels.filter(
    (label, i) => argmax(Array.from(values.subarray(i * width, (i + 1) * width))) === label,
  );
  return right.length / labels.length;
}

function note(check, value, goal, isGood) {
  rows.push({
    check,
    value: typeof value === 'number' ? Number(value.toPrecision(4)) : value,
    goal,
    ok: isGood,
  });
}

async function check(name, body) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) return;
  const start = performance.now();
  await body();
  console.log(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

function samples() {
  const there = new Set(readdirSync(at('imagenet_samples')));
  const found = json('imagenet_samples/labels.json').filter(({ file }) => there.has(file));
  return {
    paths: found.map(({ file }) => at('imagenet_samples', file)),
    labels: found.map(({ index }) => index),
  };
}

const WEIGHTS = 'weights/imagenet';

await check('mobilenet 0.25', async () => {
  const model = await fovea.loadModel(at(WEIGHTS, 'mobilenet_v1_0.25_224.h5'));
  const logits = fovea.model({ inputs: model.inputs, outputs: model.getLayer('reshape_2').output });
  const reference = json('reference/mobilenet_v1_0.25_224.json');
  for (const photo of ['chelsea', 'elephant']) {
    const x = await batchOf([at('reference', `${photo}_224.png`)], 224, toUnit);
    const difference = largestDifference(reference[photo].logits, (await logits.predict(x, quiet)).data);
    note(`MobileNet 0.25 logits, ${photo}: largest difference`, difference, '≤ 1e-3', difference <= 1e-3);
  }
  const { paths, labels } = samples();
  const top1 = accuracy(await predictFiles(model, paths, 224, toUnit, middle), labels);
  note(`MobileNet 0.25 top-1, ${labels.length} photos`, top1, '≥ 0.57', top1 >= 0.57);
});

await check('mobilenet 0.75', async () => {
  const file = at(WEIGHTS, 'mobilenet_7_5_224_tf.h5');
  const model = await applications.mobileNet({ alpha: 0.75, weights: file });
  const reference = json('reference/mobilenet_v1_0.75_224_keras.json').probabilities;
  for (const [photo, expected] of Object.entries(reference)) {
    const x = await batchOf([at('reference', `${photo}.png`)], 224, toUnit);
    const difference = largestDifference(expected, (await model.predict(x, quiet)).data);
    note(`MobileNet 0.75, ${photo}: largest difference`, difference, '≤ 1e-4', difference <= 1e-4);
  }
  const { paths, labels } = samples();
  const top1 = accuracy(await predictFiles(model, paths, 224, toUnit), labels);
  note(`MobileNet 0.75 top-1, ${labels.length} photos`, top1, '≥ 0.78', top1 >= 0.78);
});

await check('mobilenetv2 0.35', async () => {
  const file = at(WEIGHTS, 'mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5');
  const options = { alpha: 0.35, includeTop: false, pooling: 'avg', weights: file };
  const model = await applications.mobileNetV2({ ...options, inputShape: [224, 224, 3] });
  const reference = json('reference/mobilenet_v2_0.35_224_features_keras.json')['pooled features (1280)'];
  for (const [photo, expected] of Object.entries(reference)) {
    const x = await batchOf([at('reference', `${photo}.png`)], 224, toUnit);
    const difference = largestDifference(expected, (await model.predict(x, quiet)).data);
    note(`MobileNetV2 0.35 features, ${photo}: largest difference`, difference, '≤ 1e-4', difference <= 1e-4);
  }
});

await check('resnet8', async () => {
  const model = await fovea.loadModel(at('weights/cifar10/mlperf_tiny_resnet8.h5'));
  const pixels = await images.loadImage(at('cifar10/test_batch.png'));
  const labels = json('cifar10/test_lables.json');
  const x = new Tensor([labels.length, 32, 32, 3], 'float32', Float32Array.from(pixels.data));
  const top1 = accuracy(await model.predict(x, { verbose: 0, batchSize: 100 }), labels);
  note(`ResNet-8, ${labels.length} images of CIFAR-10`, top1, '≥ 0.87', top1 >= 0.87);
});

/** SqueezeNet 1.1 up to its last feature maps, pooled (Iandola et al. 2016, arXiv 1602.07360). */
function squeezeNet(size) {
  const conv = (name, filters, kernelSize, more) =>
    layers.conv2d({ name, filters, kernelSize, activation: 'relu', ...more });
  const pool = () => layers.maxPooling2d({ poolSize: 3, strides: 2 });
  const fire = (x, name, squeezed, expanded) => {
    const y = conv(`${name}_squeeze1x1`, squeezed, 1).apply(x);
    const [a, b] = [
      conv(`${name}_expand1x1`, expanded, 1).apply(y),
      conv(`${name}_expand3x3`, expanded, 3, { padding: 'same' }).apply(y),
    ];
    return layers.concatenate().apply([a, b]);
  };
  const inputs = fovea.input({ shape: [size, size, 3] });
  let x = pool().apply(conv('conv1', 64, 3, { strides: 2 }).apply(inputs));
  x = pool().apply(fire(fire(x, 'fire2', 16, 64), 'fire3', 16, 64));
  x = pool().apply(fire(fire(x, 'fire4', 32, 128), 'fire5', 32, 128));
  x = fire(fire(x, 'fire6', 48, 192), 'fire7', 48, 192);
  x = fire(fire(x, 'fire8', 64, 256), 'fire9', 64, 256);
  return fovea.model({ inputs, outputs: layers.globalAveragePooling2d().apply(x) });
}

/** Photos of cats (0) and dogs (1). */
function catsAndDogs(part) {
  const classes = ['cats', 'dogs'].map((name) => at('cats_and_dogs_small', part, name));
  const paths = classes.flatMap((folder) => readdirSync(folder).map((file) => join(folder, file)));
  return { paths, labels: paths.map((path) => (path.startsWith(classes[1]) ? 1 : 0)) };
}

await check('squeezenet', async () => {
  const base = squeezeNet(160);
  await base.loadWeights(at(WEIGHTS, 'squeezenet_v1.1_notop.h5'));
  const mean = [123.68, 116.779, 103.939];
  const swapped = async (paths) => {
    // Blue first: the numbers are read in the order of the file and exchanged before the mean is subtracted.
    const parts = [];
    for (let first = 0; first < paths.length; first += 100) {
      const x = await batchOf(
        paths.slice(first, first + 100),
        160,
        (value, channel) => value - mean[channel],
      );
      for (let i = 0; i < x.data.length; i += 3) [x.data[i], x.data[i + 2]] = [x.data[i + 2], x.data[i]];
      parts.push(...(await base.predict(x, quiet)).data);
    }
    return new Tensor([paths.length, 512], 'float32', Float32Array.from(parts));
  };
  const [train, validation] = [catsAndDogs('train'), catsAndDogs('validation')];
  const [x, y] = [await swapped(train.paths), Float32Array.from(train.labels)];
  const valid = await swapped(validation.paths);
  fovea.utils.setRandomSeed(1);
  const head = fovea.sequential([
    layers.batchNormalization({ inputShape: [512] }),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  head.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  await head.fit(x, new Tensor([y.length], 'float32', y), { epochs: 40, batchSize: 32, verbose: 0 });
  const targets = new Tensor([validation.labels.length], 'float32', Float32Array.from(validation.labels));
  const [, value] = await head.evaluate(valid, targets, quiet);
  note('SqueezeNet features with a head, cats and dogs, validation', value, '≥ 0.92', value >= 0.92);
});

await check('catvsdog', async () => {
  const model = await applications.mobileNet({ alpha: 0.25, weights: null, classes: 2 });
  await model.loadWeights(at('weights/other/mobilenet025_catvsdog.h5'));
  const { paths, labels } = catsAndDogs('validation');
  const value = accuracy(
    await predictFiles(
      model,
      paths.filter((_, i) => i % 4 === 0),
      224,
      toUnit,
    ),
    labels.filter((_, i) => i % 4 === 0),
  );
  note('MobileNet 0.25 of cats and dogs, every 4th photo for validation', value, '≥ 0.95', value >= 0.95);
});

await check('vww', async () => {
  const model = await fovea.loadModel(at('weights/other/mlperf_tiny_vww_96.h5'));
  const count = model.countParams();
  note('vww: parameters', count, '221794', count === 221_794);
});

console.table(rows);
if (rows.some(({ ok }) => !ok)) process.exitCode = 1;

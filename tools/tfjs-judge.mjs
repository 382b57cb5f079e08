/**
 * @file TensorFlow.js as the judge of its files: it opens models that Fovea writes and must predict the same, and Fovea opens the
 * models of the nsfwjs package, whose weights are quantized.
 *
 * Usage, after tsc: node tools/tfjs-judge.mjs FOLDER [FILE…], a folder in which `npm install @tensorflow/tfjs nsfwjs` was run (with
 * @tensorflow/tfjs-backend-wasm it is faster), and model files to compare besides.
 */

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import {
  layers,
  loadModel,
  input as makeInput,
  model as makeModel,
  regularizers,
  sequential,
  Tensor,
  utils,
} from '../build/src/index.js';
import { loadTfjs } from './tfjs/load-tfjs.mjs';

const TOLERANCE = 1e-5;

const [folder, ...files] = process.argv.slice(2);
if (folder === undefined) {
  console.error('Usage: node tools/tfjs-judge.mjs FOLDER [FILE…]');
  process.exit(2);
}
const tf = await loadTfjs(folder);
const backend = tf.getBackend();
const scratch = mkdtempSync(join(tmpdir(), 'fovea-judge-'));

/** A model's files as TensorFlow.js takes them. */
function handler(path) {
  return {
    load: async () => {
      const { weightsManifest, ...json } = JSON.parse(readFileSync(path, 'utf8'));
      const bytes = weightsManifest.flatMap(({ paths }) =>
        paths.map((each) => readFileSync(join(dirname(path), each))),
      );
      const weightData = Uint8Array.from(Buffer.concat(bytes)).buffer;
      return { ...json, weightSpecs: weightsManifest.flatMap(({ weights }) => weights), weightData };
    },
  };
}

/** The same numbers for both; images from 0 to 1, or as `low` says. */
function inputsFor(net, low = -1) {
  return net.inputs.map(({ shape }, index) => {
    const sample = shape.slice(1);
    const size = 2 * sample.reduce((a, b) => a * b, 1);
    const data = Float32Array.from(
      { length: size },
      (_, i) => low + ((1 - low) * (((Math.sin(i * 12.9898 + index) * 43758.5453) % 1) + 1)) / 2,
    );
    return { shape: [2, ...sample], data };
  });
}

const listOf = (value) => (Array.isArray(value) ? value : [value]);
const oneOrList = (list) => (list.length === 1 ? list[0] : list);

/** The largest difference of the outputs, as a part of the largest number of each, but at least of 1. */
async function difference(ours, theirs, low) {
  const inputs = inputsFor(ours, low);
  const a = listOf(
    await ours.predict(oneOrList(inputs.map(({ shape, data }) => new Tensor(shape, 'float32', data))), {
      verbose: 0,
    }),
  );
  const b = listOf(theirs.predict(oneOrList(inputs.map(({ shape, data }) => tf.tensor(data, shape)))));
  let largest = 0;
  for (const [i, { data }] of a.entries()) {
    const expected = b[i].dataSync();
    if (expected.length !== data.length)
      throw new Error(`output ${i} has ${data.length} numbers, not ${expected.length}`);
    const scale = expected.reduce((max, value) => Math.max(max, Math.abs(value)), 1);
    expected.forEach((value, j) => {
      const off = Math.abs(value - data[j]) / scale;
      if (!(off <= largest)) largest = Number.isNaN(off) ? Infinity : off;
    });
  }
  return largest;
}

/** Weights that are not those of a fresh model. */
function scramble(net) {
  net.setWeights(
    net.getWeights().map(({ shape, data }, k) => {
      const scale = shape.length > 1 ? 2 / Math.sqrt(data.length / shape.at(-1)) : 0.5;
      const positive = shape.length > 1 ? 0 : 0.6;
      return new Tensor(
        shape,
        'float32',
        Float32Array.from(data, (_, i) => positive + scale * Math.sin(i * 7.77 + k)),
      );
    }),
  );
}

const image = (height, width, channels) => makeInput({ shape: [height, width, channels] });
const stack = (...list) => sequential({ layers: list });

const MODELS = {
  'a convnet': () =>
    stack(
      layers.conv2d({
        filters: 8,
        kernelSize: 3,
        activation: 'relu',
        inputShape: [12, 12, 3],
        kernelRegularizer: regularizers.l2({ l2: 0.01 }),
      }),
      layers.maxPooling2d({ poolSize: 2 }),
      layers.conv2d({ filters: 8, kernelSize: 3, strides: 2, padding: 'same', useBias: false }),
      layers.batchNormalization(),
      layers.activation({ activation: 'relu6' }),
      layers.flatten(),
      layers.dropout({ rate: 0.5 }),
      layers.dense({
        units: 5,
        activation: 'softmax',
        kernelInitializer: 'lecunNormal',
        kernelConstraint: 'maxNorm',
      }),
    ),
  'dilation, depthwise and separable convolutions': () =>
    stack(
      layers.conv2d({ filters: 4, kernelSize: 3, dilationRate: 2, inputShape: [14, 13, 2] }),
      layers.depthwiseConv2d({
        kernelSize: [3, 2],
        depthMultiplier: 2,
        strides: 2,
        padding: 'same',
        activation: 'tanh',
      }),
      layers.separableConv2d({
        filters: 6,
        kernelSize: 3,
        depthMultiplier: 2,
        padding: 'same',
        activation: 'selu',
      }),
      layers.conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
      layers.conv2dTranspose({ filters: 2, kernelSize: 2, strides: 1, useBias: false }),
      layers.globalAveragePooling2d(),
    ),
  normalizations: () =>
    stack(
      layers.layerNormalization({ inputShape: [5, 4, 6] }),
      layers.batchNormalization({ scale: false, center: false, epsilon: 0.01, momentum: 0.9 }),
      layers.layerNormalization({ scale: false, epsilon: 1e-5 }),
      layers.rescaling({ scale: 0.5, offset: 0.1 }),
      layers.batchNormalization(),
    ),
  'layers of activations': () =>
    stack(
      layers.reLU({ maxValue: 6, inputShape: [6, 6, 3] }),
      layers.leakyReLU({ negativeSlope: 0.2 }),
      layers.pReLU({ sharedAxes: [1, 2] }),
      layers.eLU(),
      layers.softmax(),
      ...[
        'elu',
        'gelu',
        'linear',
        'logSoftmax',
        'mish',
        'selu',
        'sigmoid',
        'softplus',
        'softsign',
        'silu',
        'tanh',
      ].map((activation) => layers.activation({ activation })),
    ),
  'pooling, borders and shapes': () =>
    stack(
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [2, 1],
        ],
        inputShape: [9, 8, 3],
      }),
      layers.averagePooling2d({ poolSize: 3, strides: 2, padding: 'same' }),
      layers.upSampling2d({ size: [2, 3] }),
      layers.cropping2d({
        cropping: [
          [1, 0],
          [2, 3],
        ],
      }),
      layers.maxPooling2d({ poolSize: [2, 1], strides: 1, padding: 'same' }),
      layers.permute({ dims: [3, 1, 2] }),
      layers.reshape({ targetShape: [-1, 3] }),
      layers.dense({ units: 2 }),
      layers.flatten(),
      layers.repeatVector({ n: 3 }),
      layers.gaussianNoise({ stddev: 0.1 }),
      layers.gaussianDropout({ rate: 0.1 }),
      layers.alphaDropout({ rate: 0.1 }),
    ),
  'a graph with shared layers, two inputs and two outputs': () => {
    const [left, right] = [image(8, 8, 2), image(8, 8, 2)];
    const conv = layers.conv2d({ filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' });
    const [a, b] = [conv.apply(left), conv.apply(right)];
    const merged = ['add', 'average', 'maximum', 'minimum', 'multiply'].map((name) =>
      layers[name]().apply([a, b]),
    );
    const joined = layers.concatenate().apply([...merged, conv.apply(right)]);
    const top = layers.globalMaxPooling2d().apply(joined);
    const dot = layers
      .dot({ axes: 1, normalize: true })
      .apply([layers.globalAveragePooling2d().apply(a), layers.globalAveragePooling2d().apply(b)]);
    return makeModel({ inputs: [left, right], outputs: [layers.dense({ units: 3 }).apply(top), dot] });
  },
  'models in a model': () => {
    const x = image(6, 6, 2);
    const inner = makeModel({
      inputs: x,
      outputs: layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh' }).apply(x),
    });
    const head = stack(layers.flatten({ inputShape: [6, 6, 2] }), layers.dense({ units: 3 }));
    const outside = image(6, 6, 2);
    const twice = inner.apply(inner.apply(outside));
    return makeModel({
      inputs: outside,
      outputs: [
        head.apply(twice),
        inner.apply(outside),
        layers.add().apply([head.apply(outside), head.apply(twice)]),
      ],
    });
  },
  'a sequence of models': () => {
    const x = image(10, 10, 3);
    const base = makeModel({ inputs: x, outputs: layers.conv2d({ filters: 5, kernelSize: 3 }).apply(x) });
    const features = stack(base, layers.globalAveragePooling2d());
    return stack(
      features,
      stack(
        layers.dense({ units: 4, activation: 'relu', inputShape: [5] }),
        layers.dense({ units: 2, activation: 'softmax', useBias: false }),
      ),
    );
  },
};

let failed = 0;
async function judge(what, body) {
  const start = performance.now();
  try {
    const off = await body();
    const isFine = off <= TOLERANCE;
    if (!isFine) failed++;
    console.log(
      `${isFine ? 'ok    ' : 'WRONG '} ${what}: differs by ${off.toExponential(1)} (${((performance.now() - start) / 1000).toFixed(1)} s)`,
    );
  } catch (error) {
    failed++;
    console.log(`FAILED ${what}: ${error.message}`);
  }
}

/** Writes the model for TensorFlow.js, which opens it, and Fovea opens it again. */
async function writtenByUs(net, low) {
  const path = join(scratch, 'model.json');
  await net.save(path);
  const theirs = await tf.loadLayersModel(handler(path));
  const off = await difference(net, theirs, low);
  const again = await difference(await loadModel(path, { compile: false }), theirs, low);
  return Math.max(off, again);
}

/** The largest difference of the weights after a step of training in both. */
async function afterAStep(optimizer) {
  utils.setRandomSeed(1);
  const net = stack(
    layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', inputShape: [6, 6, 2] }),
    layers.flatten(),
    layers.dense({ units: 2, activation: 'softmax' }),
  );
  net.compile({ optimizer, loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const path = join(scratch, 'model.json');
  await net.save(path);
  // The faster backend has no gradients of convolutions.
  await tf.setBackend('cpu');
  const theirs = await tf.loadLayersModel(handler(path));
  const [{ shape, data }] = inputsFor(net);
  const labels = [0, 1, 1, 0];
  await net.trainOnBatch(
    new Tensor(shape, 'float32', data),
    new Tensor([2, 2], 'float32', Float32Array.from(labels)),
  );
  await theirs.trainOnBatch(tf.tensor(data, shape), tf.tensor(labels, [2, 2]));
  const off = await difference(net, theirs);
  await tf.setBackend(backend);
  return off;
}

/** A model of nsfwjs, whose files are scripts there that give a record or a text in base64, as files. */
function unpackNsfw(name) {
  const require = createRequire(import.meta.url);
  const models = join(resolve(folder), 'node_modules/nsfwjs/dist/models', name);
  const out = mkdtempSync(join(scratch, 'nsfw-'));
  for (const script of readdirSync(models)) {
    const content = require(join(models, script));
    if (typeof content === 'string')
      writeFileSync(join(out, basename(script, '.min.js')), Buffer.from(content, 'base64'));
    else writeFileSync(join(out, 'model.json'), JSON.stringify(content));
  }
  return join(out, 'model.json');
}

for (const [name, make] of Object.entries(MODELS)) {
  await judge(`written: ${name}`, async () => {
    const net = make();
    scramble(net);
    return writtenByUs(net);
  });
}
for (const optimizer of ['sgd', 'rmsprop', 'adam', 'adagrad', 'adamax'])
  await judge(`trained on with ${optimizer}`, () => afterAStep(optimizer));
for (const file of files) {
  await judge(`written: ${file}`, async () => writtenByUs(await loadModel(file, { compile: false })));
  if (file.endsWith('.json'))
    await judge(`read: ${file}`, async () =>
      difference(await loadModel(file, { compile: false }), await tf.loadLayersModel(handler(file))),
    );
}
await judge('refused: nsfwjs mobilenet_v2_mid, a graph-model', () =>
  loadModel(unpackNsfw('mobilenet_v2_mid')).then(
    () => Number.NaN,
    ({ message }) => (/graph-model/.test(message) ? 0 : Number.NaN),
  ),
);
for (const name of ['mobilenet_v2', 'inception_v3']) {
  await judge(`read: nsfwjs ${name}`, async () => {
    const path = unpackNsfw(name);
    return difference(await loadModel(path, { compile: false }), await tf.loadLayersModel(handler(path)), 0);
  });
}
rmSync(scratch, { recursive: true });
process.exit(failed > 0 ? 1 : 0);

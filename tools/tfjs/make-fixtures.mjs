/**
 * @file Writes tests/fixtures/tfjs.json.gz: small models that TensorFlow.js made and saved, with inputs and what it predicts.
 *
 * Usage: node tools/tfjs/make-fixtures.mjs FOLDER, a folder in which `npm install @tensorflow/tfjs@4.22.0` was run.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadTfjs } from './load-tfjs.mjs';

const tf = await loadTfjs(process.argv[2]);
const { layers } = tf;

const image = (...shape) => tf.input({ shape });

const MODELS = {
  sequential() {
    const net = tf.sequential();
    net.add(layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 3] }));
    net.add(layers.batchNormalization());
    net.add(layers.maxPooling2d({ poolSize: 2 }));
    net.add(layers.dropout({ rate: 0.25 }));
    net.add(layers.flatten());
    net.add(
      layers.dense({ units: 3, activation: 'softmax', kernelRegularizer: tf.regularizers.l2({ l2: 0.01 }) }),
    );
    net.compile({
      optimizer: tf.train.adam(0.002, 0.8),
      loss: 'categoricalCrossentropy',
      metrics: ['accuracy'],
    });
    return net;
  },
  shared() {
    const left = image(6, 6, 2);
    const right = image(6, 6, 2);
    const conv = layers.conv2d({
      filters: 3,
      kernelSize: 3,
      padding: 'same',
      strides: 2,
      activation: 'tanh',
    });
    const sum = layers.add().apply([conv.apply(left), conv.apply(right)]);
    const joined = layers.concatenate().apply([sum, conv.apply(right)]);
    const pooled = layers.globalAveragePooling2d({}).apply(joined);
    const outputs = [
      layers.dense({ units: 2 }).apply(pooled),
      layers.dense({ units: 1, activation: 'sigmoid' }).apply(pooled),
    ];
    return tf.model({ inputs: [left, right], outputs });
  },
  nested() {
    const x = image(5, 5, 2);
    const inner = tf.model({
      inputs: x,
      outputs: layers.conv2d({ filters: 2, kernelSize: 3, padding: 'same' }).apply(x),
    });
    const head = tf.sequential();
    head.add(layers.flatten({ inputShape: [5, 5, 2] }));
    head.add(layers.dense({ units: 4, activation: 'elu' }));
    const outside = image(5, 5, 2);
    const twice = inner.apply(inner.apply(outside));
    const outputs = layers.average().apply([head.apply(twice), head.apply(inner.apply(outside))]);
    return tf.model({ inputs: outside, outputs: [outputs, twice] });
  },
  sequence_of_models() {
    const inner = tf.sequential();
    inner.add(
      layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, inputShape: [7, 7, 2], useBias: false }),
    );
    inner.add(layers.reLU({ maxValue: 6 }));
    const net = tf.sequential();
    net.add(inner);
    net.add(layers.separableConv2d({ filters: 3, kernelSize: 2, activation: 'selu' }));
    net.add(layers.globalMaxPooling2d({}));
    return net;
  },
  normalizations() {
    const net = tf.sequential();
    net.add(
      layers.zeroPadding2d({
        padding: [
          [1, 0],
          [0, 2],
        ],
        inputShape: [4, 4, 3],
      }),
    );
    net.add(layers.batchNormalization({ scale: false, epsilon: 0.01 }));
    net.add(layers.leakyReLU({ alpha: 0.1 }));
    net.add(layers.layerNormalization({ axis: -1 }));
    net.add(layers.prelu({ sharedAxes: [1, 2], alphaInitializer: 'randomNormal' }));
    net.add(layers.averagePooling2d({ poolSize: 2, strides: 1, padding: 'same' }));
    net.add(layers.elu({}));
    net.add(layers.softmax({ axis: -1 }));
    return net;
  },
  reshaping() {
    const net = tf.sequential();
    net.add(
      layers.conv2dTranspose({
        filters: 2,
        kernelSize: 3,
        strides: 2,
        padding: 'same',
        inputShape: [3, 3, 2],
      }),
    );
    net.add(layers.upSampling2d({ size: [2, 1] }));
    net.add(
      layers.cropping2D({
        cropping: [
          [1, 2],
          [0, 1],
        ],
      }),
    );
    net.add(layers.permute({ dims: [2, 1, 3] }));
    net.add(layers.reshape({ targetShape: [5, 18] }));
    net.add(layers.dense({ units: 2, activation: 'softsign' }));
    net.add(layers.flatten());
    net.add(layers.repeatVector({ n: 2 }));
    net.add(layers.activation({ activation: 'swish' }));
    return net;
  },
};

/** Weights that are not those of a fresh model: statistics are not 0 and 1. */
function scramble(net, seed) {
  net.setWeights(
    net.getWeights().map((weight, i) => tf.randomUniform(weight.shape, 0.1, 0.9, 'float32', seed + i)),
  );
}

async function describe(name, index) {
  const net = MODELS[name]();
  scramble(net, 100 * index);
  let artifacts;
  await net.save(
    tf.io.withSaveHandler(async (saved) => {
      artifacts = saved;
      return { modelArtifactsInfo: {} };
    }),
    { includeOptimizer: name === 'sequential' },
  );
  const { modelTopology, weightSpecs, weightData, trainingConfig, format, generatedBy, convertedBy } =
    artifacts;
  const inputs = net.inputs.map(({ shape }, i) =>
    tf.randomUniform([2, ...shape.slice(1)], -1, 1, 'float32', 7 + i),
  );
  const outputs = [net.predict(inputs.length === 1 ? inputs[0] : inputs)].flat();
  const numbers = (tensor) => ({ shape: tensor.shape, data: [...tensor.dataSync()] });
  return {
    name,
    modelJson: {
      format,
      generatedBy,
      convertedBy,
      modelTopology,
      trainingConfig,
      weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
    },
    weights: Buffer.from(weightData).toString('base64'),
    inputs: inputs.map(numbers),
    outputs: outputs.map(numbers),
  };
}

const cases = [];
for (const [index, name] of Object.keys(MODELS).entries()) cases.push(await describe(name, index));
const text = JSON.stringify({ madeWith: `@tensorflow/tfjs ${tf.version.tfjs}`, cases });
writeFileSync(join(import.meta.dirname, '../../tests/fixtures/tfjs.json.gz'), gzipSync(text, { level: 9 }));
console.log(`${cases.length} models, ${text.length} characters`);

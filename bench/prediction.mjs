/**
 * @file Predicts with the chapter's network: Fovea and, where a folder with onnxruntime-node and a Python with the onnx
 * package are given, ONNX Runtime with the same weights. Microseconds for 1 and 64 images, medians of rounds in turn, each
 * in a process of its own. Checks that both give the same probabilities. Prints a table and one JSON line.
 *
 * Usage: node bench/prediction.mjs [--peer FOLDER --python PATH] [--threads 1,2] [--rounds N] [--seconds N]
 *        (after npm run build; FOLDER is where `npm install onnxruntime-node` was run)
 */

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    peer: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    threads: { type: 'string', default: '1,2' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '0.5' },
    // For the processes that this script starts.
    only: { type: 'string' },
    folder: { type: 'string' },
  },
});
const BATCHES = [1, 64];
const PIXELS = 28 * 28;
const TOLERANCE = 1e-5;
/** On a machine without other load, the rounds differ by less than this share. */
const CALM = 0.15;

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

/** Numbers from 0 to 1, the same on every machine. */
function makeImages(count) {
  return Float32Array.from(
    { length: count * PIXELS },
    (_, i) => (Math.imul(i + 1, 2654435761) >>> 8) / 2 ** 24,
  );
}

/** The median in microseconds, of what follows the first third of the calls. */
async function timeCalls(work) {
  const times = [];
  await work();
  const end = performance.now() + 1000 * Number(options.seconds);
  for (let start = performance.now(); start < end; ) {
    const result = work();
    // Awaiting a result that is not a promise would only add time.
    if (result instanceof Promise) await result;
    const now = performance.now();
    times.push(1000 * (now - start));
    start = now;
  }
  return median(times.slice(Math.floor(times.length / 3)));
}

async function makeNetwork() {
  const { utils } = await import('../dist/index.js');
  const { chapterNetwork } = await import('../build/examples/chapter-network.js');
  utils.setRandomSeed(1);
  return chapterNetwork();
}

/** In a process of its own: `predict`, and the function of `makePredictFunction` where the engine has it. */
async function measureFovea() {
  const { backend, Tensor } = await import('../dist/index.js');
  const net = await makeNetwork();
  const rows = [];
  const outputs = {};
  for (const batch of BATCHES) {
    const numbers = makeImages(batch);
    const x = new Tensor([batch, 28, 28, 1], 'float32', numbers);
    const predict = () => net.predict(x, { batchSize: batch, verbose: 0 });
    rows.push({ call: 'predict', batch, microseconds: await timeCalls(predict) });
    outputs[`predict ${batch}`] = [...(await predict()).data];
    if (backend.describe().name !== 'native') continue;
    const once = await net.makePredictFunction({ batchSize: batch });
    rows.push({ call: 'makePredictFunction', batch, microseconds: await timeCalls(() => once(numbers)) });
    outputs[`makePredictFunction ${batch}`] = [...once(numbers)];
  }
  const { name, isa } = backend.describe();
  return { system: `Fovea ${name} (${isa})`, rows, outputs };
}

/** In a process of its own: ONNX Runtime's `run`, with all its optimizations. */
async function measureOnnxRuntime() {
  const require = createRequire(join(options.peer, 'package.json'));
  const ort = require('onnxruntime-node');
  const { version } = JSON.parse(
    readFileSync(join(options.peer, 'node_modules/onnxruntime-node/package.json'), 'utf8'),
  );
  const session = await ort.InferenceSession.create(join(options.folder, 'chapter.onnx'), {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: Number(options.threads),
    interOpNumThreads: 1,
  });
  const rows = [];
  const outputs = {};
  for (const batch of BATCHES) {
    const x = new ort.Tensor('float32', makeImages(batch), [batch, 1, 28, 28]);
    const predict = () => session.run({ x });
    rows.push({ call: 'run', batch, microseconds: await timeCalls(predict) });
    outputs[`run ${batch}`] = [...(await predict()).y.data];
  }
  return { system: `onnxruntime-node ${version}`, rows, outputs };
}

/** Starts this script once more to measure one system, and returns the results. */
function measure(only, threads, folder) {
  const args = [process.argv[1], '--only', only, '--threads', threads, '--seconds', options.seconds];
  if (options.peer !== undefined) args.push('--peer', resolve(options.peer), '--folder', folder);
  const output = execFileSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, FOVEA_THREADS: threads },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return JSON.parse(output.trim().split('\n').at(-1));
}

async function writeModel(folder) {
  const net = await makeNetwork();
  const weights = join(folder, 'weights.f32');
  writeFileSync(
    weights,
    Buffer.concat(net.getWeights().map(({ data }) => Buffer.from(new Float32Array(data).buffer))),
  );
  const script = join(import.meta.dirname, 'peers', 'make_onnx.py');
  execFileSync(options.python, [script, weights, join(folder, 'chapter.onnx')], { stdio: 'inherit' });
}

/** Throws when two calls do not give the same probabilities for the same images. */
function checkSame(outputs) {
  for (const batch of BATCHES) {
    const [first, ...others] = Object.entries(outputs).filter(([name]) => name.endsWith(` ${batch}`));
    for (const [name, values] of others) {
      const difference = Math.max(...first[1].map((value, i) => Math.abs(value - values[i])));
      if (first[1].length === values.length && difference <= TOLERANCE) continue;
      throw new Error(`The probabilities of ${name} and ${first[0]} differ by ${difference}.`);
    }
  }
}

/** All rounds. A row for each system, call, batch and number of threads. */
async function measureAll(folder) {
  const systems = options.peer === undefined ? ['fovea'] : ['fovea', 'onnxruntime'];
  const rows = new Map();
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const threads of options.threads.split(',')) {
      // Each system is first in every other round.
      const order = round % 2 === 0 ? systems : systems.toReversed();
      const found = order.map((only) => measure(only, threads, folder));
      checkSame(Object.assign({}, ...found.map(({ outputs }) => outputs)));
      for (const { system, rows: measured } of found) {
        for (const { call, batch, microseconds } of measured) {
          const key = [batch, threads, system, call].join();
          const row = rows.get(key) ?? { batch, threads: Number(threads), system, call, rounds: [] };
          row.rounds.push(microseconds);
          rows.set(key, row);
        }
      }
      console.error(`round ${round + 1}, ${threads} threads: load ${loadavg()[0].toFixed(2)}`);
    }
  }
  return [...rows.values()]
    .map((row) => ({ ...row, microseconds: median(row.rounds), spread: spreadOf(row.rounds) }))
    .sort((a, b) => a.batch - b.batch || a.threads - b.threads || a.microseconds - b.microseconds);
}

/** The largest difference between rounds, as a share of their median. */
function spreadOf(rounds) {
  return (Math.max(...rounds) - Math.min(...rounds)) / median(rounds);
}

function printTable(rows) {
  console.log('| images | threads | system | call | µs | rounds apart | times as fast as ONNX Runtime |');
  console.log('| --- | --- | --- | --- | --- | --- | --- |');
  for (const { batch, threads, system, call, microseconds, spread } of rows) {
    const peer = rows.find((row) => row.call === 'run' && row.batch === batch && row.threads === threads);
    const ratio = peer === undefined ? '-' : (peer.microseconds / microseconds).toFixed(2);
    // The function always computes on the thread that calls it.
    const used = call === 'makePredictFunction' && threads > 1 ? `${threads} (uses 1)` : threads;
    const apart = `${(100 * spread).toFixed(0)} %`;
    console.log(
      `| ${batch} | ${used} | ${system} | ${call} | ${microseconds.toFixed(1)} | ${apart} | ${ratio} |`,
    );
  }
  if (rows.every(({ spread }) => spread <= CALM)) return;
  console.log(
    `\nSome rounds lie more than ${100 * CALM} % apart: other programs were running. What uses all cores, or takes ` +
      'long, suffers most from them: these ratios are not to be relied on.',
  );
}

/** Ends the process when there is no onnxruntime-node in the folder. */
function checkPeer() {
  try {
    createRequire(join(resolve(options.peer), 'package.json')).resolve('onnxruntime-node');
  } catch {
    console.error(`There is no onnxruntime-node in ${options.peer}. Run npm install onnxruntime-node there.`);
    process.exit(2);
  }
}

async function compare() {
  if (options.peer !== undefined) checkPeer();
  const loadBefore = loadavg();
  const folder = mkdtempSync(join(tmpdir(), 'fovea-prediction-'));
  try {
    if (options.peer !== undefined) await writeModel(folder);
    const rows = await measureAll(folder);
    printTable(rows);
    const machine = {
      cpu: cpus()[0].model,
      cores: cpus().length,
      node: process.version,
      loadBefore,
      loadAfter: loadavg(),
    };
    console.log(JSON.stringify({ ...machine, rows }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (options.only === undefined) await compare();
else console.log(JSON.stringify(await (options.only === 'fovea' ? measureFovea() : measureOnnxRuntime())));

/**
 * @file Patterns of 32 filters of a layer at 150 × 150 pixels, 40 steps of gradient ascent, beside Keras + TensorFlow, in turn,
 * each in a process of its own, compiled before the clock starts: several calls, of which the medians are compared. The weights
 * are random. Prints a table and one JSON line.
 *
 * Usage: node bench/filter-patterns.mjs --python PATH [--application mobilenet|vgg16] [--layer NAME] [--steps N] [--rounds N]
 *        [--calls N] [--threads N] (after npm run build)
 */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string' },
    application: { type: 'string', default: 'mobilenet' },
    layer: { type: 'string' },
    steps: { type: 'string', default: '40' },
    rounds: { type: 'string', default: '3' },
    calls: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    // For the processes that this script starts.
    measure: { type: 'boolean', default: false },
  },
});
const PEER = join(import.meta.dirname, 'peers', 'keras_filter_patterns.py');
const SIZE = 150;
const FILTERS = 32;
const LAYERS = { mobilenet: 'conv_pw_6_relu', vgg16: 'block3_conv1' };
const layer = options.layer ?? LAYERS[options.application];
const steps = Number(options.steps);

/** In a process of its own: seconds of each call by the clock and of all processors. */
async function measure() {
  const { applications, backend, visualization } = await import('../dist/index.js');
  await backend.set('auto', { threads: Number(options.threads) });
  const shape = { includeTop: false, weights: null, inputShape: [SIZE, SIZE, 3] };
  const net =
    options.application === 'vgg16'
      ? await applications.vgg16(shape)
      : await applications.mobileNet({ alpha: 0.25, ...shape });
  const filters = Array.from({ length: FILTERS }, (_, i) => i);
  const run = (count) =>
    visualization.filterPatterns(net, layer, { filters, steps: count, range: [0, 255], seed: 1 });
  await run(1);
  const measured = [];
  for (let call = 0; call < Number(options.calls); call++) {
    const [start, usage] = [performance.now(), process.cpuUsage()];
    await run(steps);
    const { user, system } = process.cpuUsage(usage);
    measured.push({ seconds: (performance.now() - start) / 1000, cpu: (user + system) / 1e6 });
  }
  console.log(JSON.stringify(measured));
}

function lastLine(text) {
  return JSON.parse(text.trim().split('\n').at(-1));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function compare() {
  const peers = {
    fovea: () =>
      execFileSync(process.execPath, [import.meta.filename, '--measure', ...process.argv.slice(2)]),
    keras: () =>
      execFileSync(options.python, [
        PEER,
        options.application,
        layer,
        ...[SIZE, FILTERS, steps, options.threads, options.calls].map(String),
      ]),
  };
  if (options.python === undefined) delete peers.keras;
  const found = Object.fromEntries(Object.keys(peers).map((name) => [name, []]));
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [name, run] of Object.entries(peers)) found[name].push(...lastLine(run().toString()));
  }
  const table = Object.entries(found).map(([system, runs]) => {
    const [seconds, cpu] = ['seconds', 'cpu'].map((key) => median(runs.map((one) => one[key])));
    return { system, seconds: seconds.toFixed(2), 'processor seconds': cpu.toFixed(2) };
  });
  console.table(table);
  const [fovea, keras] = ['fovea', 'keras'].map(
    (name) => found[name] && median(found[name].map((one) => one.seconds)),
  );
  console.log(
    JSON.stringify({
      bench: 'filter-patterns',
      application: options.application,
      layer,
      size: SIZE,
      filters: FILTERS,
      steps,
      processor: cpus()[0].model,
      threads: Number(options.threads),
      load: loadavg(),
      times: keras === undefined ? null : keras / fovea,
      found,
    }),
  );
}

await (options.measure ? measure() : compare());

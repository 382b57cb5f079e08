/**
 * @file Transfer learning on photos of two classes, with MobileNetV2 0.35 of ImageNet at 160×160 as the base, in Fovea and in Keras +
 * TensorFlow in turn, each in a process of its own. First a head of dropout and one unit on the frozen base, 30 epochs: seconds of
 * all of it, from the files to the trained model. Then the last blocks from block_13_expand on: seconds per epoch. Both with the
 * accuracy on the validation photos. Prints tables and one JSON line.
 *
 * Usage: node bench/transfer.mjs FOLDER --weights FILE [--python PATH] [--rounds N] [--threads N] [--tuning-epochs N]
 *        (after npm run build; FOLDER has `train` and `validation`, FILE is
 *        mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5; without PATH only Fovea)
 */

import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    weights: { type: 'string' },
    python: { type: 'string' },
    rounds: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    'tuning-epochs': { type: 'string', default: '3' },
    // For the process that this script starts.
    'only-fovea': { type: 'boolean', default: false },
  },
});
const [folder] = positionals;
const { weights, python, threads } = options;
const SIZE = 160;
const OPEN_FROM = 'block_13_expand';

const last = (history) => history.val_accuracy.at(-1);
const seconds = (from) => (performance.now() - from) / 1000;

/** In a process of its own. */
async function trainHere() {
  const { applications, backend, images, layers, optimizers, sequential, utils } = await import(
    '../dist/index.js'
  );
  await backend.set('auto', { threads: Number(threads) });
  utils.setRandomSeed(1);
  const start = performance.now();
  const photos = (part) =>
    images.datasetFromDirectory(join(folder, part), {
      ...{ imageSize: [SIZE, SIZE], batchSize: 20, labelMode: 'binary', verbose: false },
    });
  const [training, validation] = [await photos('train'), await photos('validation')];
  const base = await applications.mobileNetV2({
    ...{ alpha: 0.35, inputShape: [SIZE, SIZE, 3], includeTop: false, weights },
  });
  base.trainable = false;
  const net = sequential([
    layers.rescaling({ scale: 1 / 127.5, offset: -1, inputShape: [SIZE, SIZE, 3] }),
    base,
    layers.globalAveragePooling2d(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  const compile = (optimizer) =>
    net.compile({ optimizer, loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  const run = { validationData: validation, verbose: 0 };
  compile(optimizers.adam());
  const head = await net.fit(training, { ...run, epochs: 30, cacheFeatures: true });
  const extraction = { seconds: seconds(start), accuracy: last(head.history) };

  base.trainable = true;
  let open = false;
  for (const layer of base.layers) {
    open ||= layer.name === OPEN_FROM;
    layer.trainable = open && layer.className !== 'BatchNormalization';
  }
  const tune = async (cacheFeatures) => {
    compile(optimizers.adam({ learningRate: 1e-5 }));
    const perEpoch = [];
    let from = performance.now();
    const clock = {
      onEpochEnd() {
        perEpoch.push(seconds(from));
        from = performance.now();
      },
    };
    const epochs = Number(options['tuning-epochs']);
    const { history } = await net.fit(training, { ...run, epochs, callbacks: [clock], cacheFeatures });
    return { seconds: perEpoch, accuracy: last(history) };
  };
  const trained = net.getWeights();
  const tuning = await tune(false);
  net.setWeights(trained);
  const tuningCached = await tune(true);
  const { name, isa } = backend.describe();
  const system = `Fovea ${name} (${isa}), Node ${process.version}`;
  console.log(JSON.stringify({ system, extraction, tuning, tuningCached }));
}

function run(command, args) {
  const output = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  return JSON.parse(output.trim().split('\n').at(-1));
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}

function compare() {
  const own = [process.argv[1], ...process.argv.slice(2), '--only-fovea'];
  const keras = [join(import.meta.dirname, 'peers/keras_transfer.py'), folder, weights, threads];
  const systems = [() => run(process.execPath, own)];
  if (python !== undefined) systems.push(() => run(python, [...keras, options['tuning-epochs']]));
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const [i, system] of systems.entries()) {
      const result = system();
      rounds[i] = [...(rounds[i] ?? []), result];
      console.error(`${JSON.stringify(result)} load ${loadavg()[0].toFixed(1)}`);
    }
  }
  const rows = rounds.map((results) => ({
    system: results[0].system,
    head: median(results.map(({ extraction }) => extraction.seconds)),
    headAccuracy: median(results.map(({ extraction }) => extraction.accuracy)),
    firstEpoch: median(results.map(({ tuning }) => tuning.seconds[0])),
    laterEpoch: median(results.flatMap(({ tuning }) => tuning.seconds.slice(1))),
    cachedEpochs:
      results[0].tuningCached && median(results.map((r) => r.tuningCached.seconds.reduce((a, b) => a + b))),
    tunedAccuracy: median(results.map(({ tuning }) => tuning.accuracy)),
  }));
  const [first] = rows;
  console.log(
    '| system | head, s in all | times Fovea | accuracy | last blocks, s in the first epoch | times Fovea | in later ones | times Fovea | accuracy |',
  );
  console.log('| --- | --- | --- | --- | --- | --- | --- | --- | --- |');
  for (const row of rows) {
    const timed = (key) => `${row[key].toFixed(1)} | ${(row[key] / first[key]).toFixed(2)}`;
    console.log(
      `| ${row.system} | ${timed('head')} | ${row.headAccuracy.toFixed(3)} | ${timed('firstEpoch')} | ` +
        `${timed('laterEpoch')} | ${row.tunedAccuracy.toFixed(3)} |`,
    );
  }
  console.log(JSON.stringify({ cpu: cpus()[0].model, threads: Number(threads), load: loadavg(), rows }));
}

if (folder === undefined || weights === undefined) {
  console.error('Which photos and weights? node bench/transfer.mjs FOLDER --weights FILE');
  process.exit(2);
}
if (options['only-fovea']) await trainHere();
else compare();

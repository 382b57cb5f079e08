/**
 * @file Trains and predicts with several models in turn for a given time, dropping and making models meanwhile, and
 * prints the memory in use. Ends with exit code 1 when memory grew after the first quarter, or a result was not finite.
 *
 * Usage: node bench/soak.mjs [MINUTES] (after npm run build)
 */

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { backend, layers, sequential, Tensor, utils } from '../dist/index.js';

const MINUTES = Number(process.argv[2] ?? 30);
/** Growth of resident memory, in megabytes, that counts as noise of the allocators. */
const TOLERATED_MB = 32;
const REPORTS = 24;

// Garbage in memory is not a leak, so it is collected before memory is read.
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');

utils.setRandomSeed(1);
let state = 1;
const random = () => {
  state = (state * 1103515245 + 12345) % 2 ** 31;
  return state / 2 ** 31;
};
const whole = (low, high) => low + Math.floor(random() * (high - low + 1));
const numbers = (size) => Float32Array.from({ length: size }, random);

function makeModel() {
  const [size, channels, classes] = [whole(8, 24), whole(1, 4), whole(2, 7)];
  const net = sequential();
  const filters = whole(3, 40);
  const first = {
    filters,
    kernelSize: whole(1, 3),
    activation: 'relu',
    padding: 'same',
    inputShape: [size, size, channels],
  };
  net.add(layers.conv2d(first));
  net.add(layers.maxPooling2d({ poolSize: 2 }));
  net.add(layers.conv2d({ filters: whole(3, 40), kernelSize: 3, activation: 'tanh', strides: whole(1, 2) }));
  net.add(layers.flatten());
  net.add(layers.dropout({ rate: 0.2 }));
  net.add(layers.dense({ units: classes, activation: 'softmax' }));
  const optimizer = ['sgd', 'rmsprop', 'adam'][whole(0, 2)];
  net.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  return { net, size, channels, classes };
}

async function use({ net, size, channels, classes }) {
  const samples = whole(1, 150);
  const x = new Tensor([samples, size, size, channels], 'float32', numbers(samples * size * size * channels));
  const y = new Tensor(
    [samples],
    'float32',
    numbers(samples).map((value) => Math.floor(value * classes)),
  );
  const { history } = await net.fit(x, y, { epochs: 2, batchSize: whole(1, 64), verbose: 0 });
  const predicted = await net.predict(x, { batchSize: whole(1, 64), verbose: 0 });
  if (!history.loss.every(Number.isFinite) || !predicted.data.every(Number.isFinite))
    throw new Error('A result was not finite.');
}

/** Resident memory without garbage; finalizers free the engine's memory in between. */
async function megabytes() {
  for (let i = 0; i < 4; i++) {
    collectGarbage();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return Math.round(process.memoryUsage().rss / 2 ** 20);
}

const start = performance.now();
const minutes = () => (performance.now() - start) / 60_000;
const models = [makeModel(), makeModel(), makeModel()];
let [rounds, reported, settled, most] = [0, 0, 0, 0];
console.log(JSON.stringify(backend.describe()));
while (minutes() < MINUTES) {
  if (rounds % 20 === 19) models[whole(0, 2)] = makeModel();
  // Now and then two models at the same time.
  if (rounds % 5 === 0) await Promise.all([use(models[0]), use(models[1])]);
  else await use(models[whole(0, 2)]);
  rounds++;
  if (minutes() < ((reported + 1) * MINUTES) / REPORTS) continue;
  reported++;
  const now = await megabytes();
  if (reported <= REPORTS / 4) settled = Math.max(settled, now);
  else most = Math.max(most, now);
  console.log(`${minutes().toFixed(1)} min: ${rounds} rounds, ${now} MB`);
}
console.log(
  `${rounds} rounds in ${MINUTES} min; at most ${settled} MB in the first quarter, ${most} MB after it.`,
);
process.exitCode = most > settled + TOLERATED_MB ? 1 : 0;

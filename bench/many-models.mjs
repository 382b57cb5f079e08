/**
 * @file Whether memory stays flat over many epochs and many models: 1,000 epochs of a tiny model, and 10,000 models that
 * are compiled, trained for a step and dropped. Prints resident memory along the way.
 *
 * Usage: node --expose-gc bench/many-models.mjs [MODELS] [EPOCHS]   (after npm run build)
 */

import { backend, layers, sequential, tensor } from '../dist/index.js';

const MODELS = Number(process.argv[2] ?? 10_000);
const EPOCHS = Number(process.argv[3] ?? 1_000);
const SAMPLES = 64;
const x = tensor(
  Float32Array.from({ length: SAMPLES * 64 }, (_, i) => Math.sin(i)),
  [SAMPLES, 8, 8, 1],
);
const y = tensor(
  Float32Array.from({ length: SAMPLES }, (_, i) => Math.cos(i)),
  [SAMPLES, 1],
);
const MEBIBYTE = 2 ** 20;

function makeModel() {
  const net = sequential([
    layers.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', inputShape: [8, 8, 1] }),
    layers.flatten(),
    layers.dense({ units: 1 }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'mse' });
  return net;
}

/** Resident memory and JavaScript's heap, after collecting garbage. */
function memory() {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  const text = (bytes) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
  return `resident ${text(rss)}, heap ${text(heapUsed)}, external ${text(external)}`;
}

console.log(`start: ${memory()}`);
const net = makeModel();
for (let epoch = 0; epoch < EPOCHS; epoch += EPOCHS / 10) {
  await net.fit(x, y, { epochs: epoch + EPOCHS / 10, initialEpoch: epoch, batchSize: 16, verbose: 0 });
  console.log(`${epoch + EPOCHS / 10} epochs: ${memory()}`);
}
for (let i = 1; i <= MODELS; i++) {
  await makeModel().trainOnBatch(x, y);
  if (i % Math.ceil(MODELS / 20) === 0) console.log(`${i} models: ${memory()}`);
}
const { name, isa, threads } = backend.describe();
console.log(`engine: ${name} ${isa ?? ''}, ${threads} threads`);
process.exit();

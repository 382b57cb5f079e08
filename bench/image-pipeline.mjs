/**
 * @file Streams and trains on a folder of photos (a sub-folder for each class): photos a second, the engine's waiting for
 * data, resident memory. Prints one line for each measurement and one JSON line.
 *
 * Usage: node bench/image-pipeline.mjs FOLDER [--epochs N] [--threads N] [--workers N] [--copies N] [--cache BYTES]
 * (after npm run build). `--copies` streams a folder in which each photo is linked that many times, without a cache.
 */

import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { backend, images, layers, optimizers, sequential, utils } from '../dist/index.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    epochs: { type: 'string', default: '3' },
    threads: { type: 'string', default: '2' },
    workers: { type: 'string' },
    copies: { type: 'string', default: '1' },
    cache: { type: 'string' },
  },
});
const [folder] = positionals;
const IMAGE_SIZE = [150, 150];
const common = {
  ...(options.workers === undefined ? {} : { workers: Number(options.workers) }),
  ...(options.cache === undefined ? {} : { cacheLimit: Number(options.cache) }),
};
const BOOK = {
  rescale: 1 / 255,
  rotationRange: 40,
  widthShiftRange: 0.2,
  heightShiftRange: 0.2,
  shearRange: 0.2,
  zoomRange: 0.2,
  horizontalFlip: true,
};

/** A folder in which each photo of `folder` is linked `copies` times. */
function linkedFolder(copies) {
  const target = mkdtempSync(join(tmpdir(), 'fovea-links-'));
  for (const name of readdirSync(folder)) {
    mkdirSync(join(target, name));
    for (const file of readdirSync(join(folder, name))) {
      for (let i = 0; i < copies; i++) linkSync(join(folder, name, file), join(target, name, `${i}-${file}`));
    }
  }
  return target;
}

function watchMemory() {
  let peak = 0;
  const look = () => {
    peak = Math.max(peak, process.memoryUsage().rss);
  };
  const timer = setInterval(look, 20);
  return () => {
    clearInterval(timer);
    look();
    return Math.round(peak / 2 ** 20);
  };
}

/** Photos a second of passes over a dataset, and the largest resident memory in MB. */
async function stream(name, dataset, passes) {
  const peak = watchMemory();
  const rates = [];
  for (let pass = 0; pass < passes; pass++) {
    const start = performance.now();
    let photos = 0;
    for await (const [x] of dataset.pass()) photos += x.shape[0];
    rates.push(Math.round((1000 * photos) / (performance.now() - start)));
  }
  return { name, photosPerSecond: rates, peakMegabytes: peak() };
}

/** The chapter's network for photos of 150 x 150. */
function chapterNetwork() {
  const net = sequential();
  for (const [i, filters] of [32, 64, 128, 128].entries()) {
    const inputShape = i === 0 ? { inputShape: [...IMAGE_SIZE, 3] } : {};
    net.add(layers.conv2d({ filters, kernelSize: 3, activation: 'relu', ...inputShape }));
    net.add(layers.maxPooling2d({ poolSize: 2 }));
  }
  net.add(layers.flatten());
  net.add(layers.dense({ units: 512, activation: 'relu' }));
  net.add(layers.dense({ units: 1, activation: 'sigmoid' }));
  net.compile({
    optimizer: optimizers.rmsprop({ learningRate: 1e-4 }),
    loss: 'binaryCrossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** Seconds of each epoch, and the part of them in which the engine waited for data. */
async function train(name, dataset) {
  const peak = watchMemory();
  const seconds = [];
  let start = 0;
  const callbacks = {
    onEpochBegin: () => {
      start = performance.now();
    },
    onEpochEnd: () => void seconds.push((performance.now() - start) / 1000),
  };
  const { dataWait } = await chapterNetwork().fit(dataset, {
    epochs: Number(options.epochs),
    verbose: 0,
    callbacks,
  });
  const waiting = dataWait.map((wait, i) => `${((100 * wait) / seconds[i]).toFixed(1)} %`);
  return { name, seconds: seconds.map((each) => Number(each.toFixed(2))), waiting, peakMegabytes: peak() };
}

const results = [];
const note = (result) => {
  results.push(result);
  console.log(JSON.stringify(result));
};

await backend.set('auto', { threads: Number(options.threads) });
utils.setRandomSeed(1);
const copies = Number(options.copies);
if (copies > 1) {
  const links = linkedFolder(copies);
  const dataset = await images.datasetFromDirectory(links, {
    ...common,
    imageSize: IMAGE_SIZE,
    cacheLimit: 0,
  });
  note(await stream(`${copies} times the folder, no cache`, dataset, 1));
  rmSync(links, { recursive: true });
} else {
  const options150 = { ...common, imageSize: IMAGE_SIZE, batchSize: 20, labelMode: 'binary' };
  note(await stream('datasetFromDirectory', await images.datasetFromDirectory(folder, options150), 2));
  const generator = images.imageDataGenerator(BOOK);
  const flowOptions = { ...common, targetSize: IMAGE_SIZE, batchSize: 20, classMode: 'binary' };
  note(await stream('imageDataGenerator', await generator.flowFromDirectory(folder, flowOptions), 2));
  const plain = await images.datasetFromDirectory(folder, options150);
  note(
    await train(
      'fit, datasetFromDirectory',
      plain.map(([x, y]) => [x.div(255), y]),
    ),
  );
  note(await train('fit, imageDataGenerator', await generator.flowFromDirectory(folder, flowOptions)));
}
console.log(JSON.stringify({ threads: Number(options.threads), results }));

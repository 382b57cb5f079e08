/** @file The chapter's network through the public API: seconds per epoch and microseconds per prediction. */

import { RandomGenerator } from '../../base/random.ts';
import {
  type BackendName,
  backend,
  layers,
  type Sequential,
  sequential,
  Tensor,
  utils,
} from '../../index.ts';
import { median } from './statistics.ts';

const BATCH = 64;
const CLASSES = 10;
const PIXELS = 28 * 28;
const EPOCH_IMAGES = 60_000;

/**
 * Operations of a training step of 64 samples: forward, weights gradients, and input gradients of all but the first
 * layer; convolutions and dense layers only, and as the layers are defined: 4.7 % of the operations compute results
 * that the second pooling drops; kernels that are fused with the pooling do not compute them.
 */
export const STEP_GFLOP = 1.048;

/** The times of the chapter's network. */
export interface StepTimes {
  readonly threads: number;
  /** Seconds for 60,000 images in batches of 64. */
  readonly secondsPerEpoch: number;
  /** The number of images in the measured training; fewer than 60,000 where these would take too long. */
  readonly measuredImages: number;
  readonly millisecondsPerStep: number;
  readonly gflops: number;
  /** Microseconds of `predict`, the median, by samples. */
  readonly predictMicroseconds: Readonly<Record<1 | 64, number>>;
  /** The same for the function that `makePredictFunction` makes, on one thread; null on engines without it. */
  readonly functionMicroseconds: Readonly<Record<1 | 64, number>> | null;
}

export interface StepOptions {
  /** Images of the epoch that warms up. */
  readonly warmImages: number;
  /** The measured epoch has fewer images when 60,000 would take longer than this. */
  readonly mostSeconds: number;
  /** Seconds that each prediction is repeated for. */
  readonly predictionSeconds: number;
}

const CAREFUL: StepOptions = { warmImages: 6400, mostSeconds: 7.5, predictionSeconds: 0.4 };

/** The network of Chollet, Deep Learning with Python, 5.1, as it is trained there. */
function chapterNetwork(): Sequential {
  const net = sequential();
  net.add(layers.conv2d({ filters: 32, kernelSize: 3, activation: 'relu', inputShape: [28, 28, 1] }));
  net.add(layers.maxPooling2d({ poolSize: 2 }));
  net.add(layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }));
  net.add(layers.maxPooling2d({ poolSize: 2 }));
  net.add(layers.conv2d({ filters: 64, kernelSize: 3, activation: 'relu' }));
  net.add(layers.flatten());
  net.add(layers.dense({ units: 64, activation: 'relu' }));
  net.add(layers.dense({ units: CLASSES, activation: 'softmax' }));
  net.compile({ optimizer: 'rmsprop', loss: 'categoricalCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** Images of noise, repeated after a batch, and their classes as one-hot rows. */
function makeExamples(count: number): { x: Tensor; y: Tensor } {
  const random = new RandomGenerator(2);
  const noise = Float32Array.from({ length: BATCH * PIXELS }, () => random.nextUint32() / 2 ** 32);
  const pixels = new Float32Array(count * PIXELS);
  for (let at = 0; at < pixels.length; at += noise.length)
    pixels.set(noise.subarray(0, Math.min(noise.length, pixels.length - at)), at);
  const labels = Int32Array.from({ length: count }, () => random.nextUint32() % CLASSES);
  return {
    x: new Tensor([count, 28, 28, 1], 'float32', pixels),
    y: utils.toCategorical(labels, CLASSES),
  };
}

/** Measures on the engine `name` with `threads` threads. The engine stays chosen afterwards. */
export async function timeSteps(
  name: BackendName,
  threads: number,
  options: StepOptions = CAREFUL,
): Promise<StepTimes> {
  await backend.set(name, { threads });
  utils.setRandomSeed(1);
  const net = chapterNetwork();
  const warm = await secondsOfEpoch(net, options.warmImages);
  const affordable = Math.floor((options.mostSeconds / warm) * options.warmImages);
  const measuredImages = Math.min(EPOCH_IMAGES, Math.max(BATCH, affordable - (affordable % BATCH)));
  const seconds = await secondsOfEpoch(net, measuredImages);
  const millisecondsPerStep = (1000 * seconds) / (measuredImages / BATCH);
  return {
    threads,
    secondsPerEpoch: (seconds * EPOCH_IMAGES) / measuredImages,
    measuredImages,
    millisecondsPerStep,
    gflops: (1000 * STEP_GFLOP) / millisecondsPerStep,
    predictMicroseconds: await bySize((samples) => predictTime(net, samples, options.predictionSeconds)),
    functionMicroseconds:
      backend.describe().name === 'native'
        ? await bySize((samples) => functionTime(net, samples, options.predictionSeconds))
        : null,
  };
}

/** Seconds from the beginning of an epoch to its end; compilation comes before. */
async function secondsOfEpoch(net: Sequential, images: number): Promise<number> {
  const { x, y } = makeExamples(images);
  let [start, end] = [0, 0];
  const clock = {
    onEpochBegin: () => {
      start = performance.now();
    },
    onEpochEnd: () => {
      end = performance.now();
    },
  };
  await net.fit(x, y, { epochs: 1, batchSize: BATCH, verbose: 0, callbacks: [clock] });
  return (end - start) / 1000;
}

async function bySize(time: (samples: 1 | 64) => Promise<number>): Promise<Record<1 | 64, number>> {
  return { 1: await time(1), 64: await time(64) };
}

async function predictTime(net: Sequential, samples: number, seconds: number): Promise<number> {
  const { x } = makeExamples(samples);
  return medianMicroseconds(seconds, () => net.predict(x, { batchSize: samples, verbose: 0 }));
}

async function functionTime(net: Sequential, samples: number, seconds: number): Promise<number> {
  const predict = await net.makePredictFunction({ batchSize: samples });
  const { data } = makeExamples(samples).x;
  const numbers = Float32Array.from(data);
  return medianMicroseconds(seconds, () => predict(numbers));
}

/** The median. Before it come a first call that compiles, and a warm-up of a third of the time. */
async function medianMicroseconds(seconds: number, work: () => unknown): Promise<number> {
  const times: number[] = [];
  await work();
  const begin = performance.now();
  for (let start = begin; start < begin + 1000 * seconds || times.length === 0; ) {
    const result = work();
    if (result instanceof Promise) await result;
    const end = performance.now();
    times.push(1000 * (end - start));
    start = end;
  }
  return median(times.slice(Math.floor(times.length / 3)));
}

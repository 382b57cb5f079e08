/** @file A small network with a frozen base, its data, and whole runs of it, for tests of `cacheFeatures`. */

import { setRandomSeed } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import * as layers from '../../src/layers/index.ts';
import type { Model } from '../../src/models/model.ts';
import { sequential } from '../../src/models/sequential.ts';
import type { DataInput, DatasetLike } from '../../src/models/training/data-types.ts';
import type { FitOptions } from '../../src/models/training/run-options.ts';

export const SAMPLES = 23;

/** Numbers around 0, which repeat. */
export function numbers(shape: readonly number[], step = 37): Tensor {
  const tensor = Tensor.zeros(shape);
  for (let i = 0; i < tensor.size; i++) tensor.data[i] = ((i * step) % 101) / 101 - 0.4;
  return tensor;
}

/** Images and labels of two classes. */
export const x = numbers([SAMPLES, 12, 12, 3]);
export const y = new Tensor(
  [SAMPLES, 1],
  'float32',
  Float32Array.from({ length: SAMPLES }, (_, i) => i % 2),
);
/** For validation. */
export const held = [numbers([9, 12, 12, 3], 41), y.slice([0, 0], [9, 1])] as const;

/** A base with a normalization, as pretrained ones have. */
export function base(trainable = false): Model {
  const net = sequential({
    layers: [
      layers.conv2d({ filters: 8, kernelSize: 3, useBias: false, inputShape: [12, 12, 3] }),
      layers.batchNormalization({ name: 'bn' }),
      layers.activation({ activation: 'relu' }),
      layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation: 'relu', name: 'last' }),
    ],
    name: 'base',
  });
  net.trainable = trainable;
  return net;
}

/** A classifier on a frozen base, compiled. */
export function network(front = base()): Model {
  setRandomSeed(4);
  const net = sequential([
    layers.rescaling({ scale: 2, inputShape: [12, 12, 3] }),
    front,
    layers.globalAveragePooling2d(),
    layers.dropout({ rate: 0.5 }),
    layers.dense({ units: 6, activation: 'relu' }),
    layers.dense({ units: 1, activation: 'sigmoid' }),
  ]);
  net.compile({ optimizer: 'adam', loss: 'binaryCrossentropy', metrics: ['accuracy'] });
  return net;
}

/** History and weights of a run from the same start. */
export async function run(
  make: () => Model,
  [given, targets]: readonly [DataInput | DatasetLike | (() => DatasetLike), DataInput?],
  options: FitOptions,
): Promise<unknown> {
  setRandomSeed(3);
  const net = make();
  const source = typeof given === 'function' ? given() : given;
  const all = { epochs: 3, verbose: 0, ...options } as const;
  const { history } =
    targets === undefined
      ? await net.fit(source as DatasetLike, all)
      : await net.fit(source as DataInput, targets, all);
  return { history, weights: net.getWeights().map(({ data: values }) => [...values]) };
}

/** @file Points of the plane, and a small classifier that learns on which side of a line they are. */

import { RandomGenerator, setRandomSeed } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { dense } from '../../src/layers/index.ts';
import { type Sequential, sequential } from '../../src/models/sequential.ts';
import { sgd } from '../../src/optimizers/index.ts';

/** Points of the plane and on which side of a line they are. */
export function points(samples: number): { x: Tensor; labels: Tensor; oneHot: Tensor } {
  const random = new RandomGenerator(7);
  const values = Float32Array.from({ length: samples * 2 }, () => random.uniform(-1, 1));
  const sides = Int32Array.from({ length: samples }, (_, i) => (values[2 * i]! > values[2 * i + 1]! ? 1 : 0));
  const rows = Float32Array.from({ length: samples * 2 }, (_, i) => (sides[i >> 1] === i % 2 ? 1 : 0));
  return {
    x: new Tensor([samples, 2], 'float32', values),
    labels: new Tensor([samples], 'int32', sides),
    oneHot: new Tensor([samples, 2], 'float32', rows),
  };
}

/** A compiled classifier of two classes, always with the same weights for the same seed. */
export function classifier(seed = 1): Sequential {
  setRandomSeed(seed);
  const net = sequential([
    dense({ units: 8, activation: 'tanh', inputShape: [2] }),
    dense({ units: 2, activation: 'softmax' }),
  ]);
  net.compile({
    optimizer: sgd({ learningRate: 0.5 }),
    loss: 'sparseCategoricalCrossentropy',
    metrics: ['accuracy'],
  });
  return net;
}

/** Options without output. */
export const quiet = { verbose: 0 } as const;

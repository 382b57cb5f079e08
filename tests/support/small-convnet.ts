/** @file A convnet for images of 6 × 6 × 2, and images, for tests of what looks into models. */

import { type Tensor, tensor } from '../../src/base/tensor.ts';
import * as layers from '../../src/layers/index.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { sequential } from '../../src/models/sequential.ts';

/** Numbers from -0.5 to 1.5 of that shape. */
export function image(...shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return tensor(
    Float32Array.from({ length: size }, (_, i) => Math.sin(i) + 0.5),
    shape,
  );
}

/** A convnet whose last layers are `end`. */
export const convnet = (...end: readonly Layer[]) =>
  sequential({
    layers: [layers.conv2d({ filters: 3, kernelSize: 3, name: 'conv', inputShape: [6, 6, 2] }), ...end],
  });

/** A classifier of three classes. */
export const classes = () => [
  layers.flatten(),
  layers.dense({ units: 3, activation: 'softmax', name: 'top' }),
];

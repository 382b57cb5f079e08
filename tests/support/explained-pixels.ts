/** @file Models of one layer, and the check that the parts of an explained number make the number. */

import assert from 'node:assert/strict';
import { RandomGenerator } from '../../src/base/random.ts';
import { Tensor } from '../../src/base/tensor.ts';
import { input } from '../../src/layers/input-layer.ts';
import type { Layer } from '../../src/layers/layer.ts';
import { model } from '../../src/models/functional.ts';
import type { Model } from '../../src/models/model.ts';
import type { PixelExplanation } from '../../src/visualization/pixel-explanation.ts';

const random = new RandomGenerator(7);

/** Random numbers from -1 to 1. */
export function numbers(shape: readonly number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return new Tensor(
    shape,
    'float32',
    Float32Array.from({ length: size }, () => random.uniform(-1, 1)),
  );
}

/** A model of one layer, with random weights. */
export function netOf(layer: Layer, shape: readonly number[]): Model {
  const x = input({ shape });
  const net = model({ inputs: x, outputs: layer.apply(x) });
  net.setWeights(net.getWeights().map((weight) => numbers(weight.shape).square().add(0.1)));
  return net;
}

/** Softmax's and other results are checked by explainPixel alone. */
const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  tanh: Math.tanh,
};

/** The parts make the whole, and the whole is the model's own number. */
export function checkParts(pixel: PixelExplanation, expected: number): void {
  const { window, kernel, products, sum, bias, beforeActivation, output, strongest, path } = pixel;
  assert.equal(output, expected, path);
  const own = Array.from(window.data, (value, i) => value * kernel.data[i]!);
  assert.deepEqual([...products.data], own, path);
  const total = own.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(total - sum) < 1e-12, path);
  assert.equal(beforeActivation, sum + bias);
  assert.equal(
    strongest[0]!.product,
    own.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a)),
  );
  const apply = FUNCTIONS[pixel.activation];
  if (apply === undefined) return;
  const size = own.reduce((a, b) => a + Math.abs(b), Math.abs(bias));
  assert.ok(Math.abs(apply(beforeActivation) - output) < 1e-6 * (1 + size), path);
}

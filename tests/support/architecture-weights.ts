/**
 * @file The numbers of the architectures' weights and images. Written twice, here and in tools/parity/make_architectures.py,
 * and equal bit for bit.
 */

import { sizeOf } from '../../src/base/shape.ts';
import { Tensor } from '../../src/base/tensor.ts';
import type { Model } from '../../src/models/model.ts';
import { uniform } from './fixture-numbers.ts';

/** Weights that are around 1: they scale. */
const SCALES = ['gamma', 'moving_variance', 'variance'];

/**
 * A weight's layer and name in Keras, which a path there ends with. Keras gave LayerScale's weight no name and numbers it:
 * `variable_3`.
 */
export function kerasWeightName(name: string): string {
  return name.replace(/(layer_scale)\/gamma$/, '$1/variable');
}

/** The end of a weight's path in Keras, without the models that the layer is in and without the number. */
export function endOfPath(path: string): string {
  return path
    .split('/')
    .slice(-2)
    .join('/')
    .replace(/\/variable_\d+$/, '/variable');
}

/** Gives each weight the numbers of its index. The fixture's gain keeps the image's trace from layer to layer. */
export function setArchitectureWeights(model: Model, gain: number): void {
  model.weights.forEach((weight, index) => {
    const { shape, size } = weight;
    const name = kerasWeightName(weight.name).split('/').at(-1)!;
    if (shape.length > 1) {
      const fanIn = name === 'depthwise_kernel' ? shape[0]! * shape[1]! : sizeOf(shape.slice(0, -1));
      weight.assign(uniform(index, size, Math.sqrt(gain / fanIn)));
    } else {
      const around = SCALES.includes(name) ? 1 : 0;
      weight.assign(uniform(index, size, 0.25).map((value) => value + around));
    }
  });
}

/** Images as their architecture takes them: 0…255 where a layer rescales, else -1…1. */
export function architectureImages(stream: number, model: Model, samples: number): Tensor {
  const shape = [samples, ...(model.inputs[0]!.shape.slice(1) as number[])];
  const rescales = model.layers.some(({ className }) => ['Rescaling', 'Normalization'].includes(className));
  const x = uniform(stream, sizeOf(shape), 1);
  return new Tensor(shape, 'float32', rescales ? x.map((value) => Math.fround(value * 127.5) + 127.5) : x);
}

/** Numbers from -1 to 1 of the output's shape. */
export function architectureTargets(step: number, model: Model, samples: number): Tensor {
  const shape = [samples, ...(model.outputs[0]!.shape.slice(1) as number[])];
  return new Tensor(shape, 'float32', uniform(0x7a46 + step, sizeOf(shape), 1));
}

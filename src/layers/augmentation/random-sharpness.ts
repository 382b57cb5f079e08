/** @file RandomSharpness: images become smoother or sharper (Keras' `random_sharpness.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, constant, depthwiseConv2d, mul, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** Thirteenths that a pixel gets of itself and its eight neighbours. */
const SMOOTHING = [1, 1, 1, 1, 5, 1, 1, 1, 1].map((part) => part / 13);

function smoothed(images: Node): Node {
  const channels = images.shape[3] as number;
  const values = SMOOTHING.flatMap((weight) => new Array<number>(channels).fill(weight));
  return depthwiseConv2d(images, constant({ values, shape: [3, 3, channels, 1] }), { padding: 'same' });
}

/** x + (1 - 2f) · (smoothed x - x); the shape stays. */
export class RandomSharpness extends withOptions(RandomImageLayer, {
  /** Ends of f, 0 to 1: 0 smooths, 0.5 changes nothing, 1 sharpens. One number is the upper end, and the lower is 0. */
  factor: factor(UNIT),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomSharpness';

  override draw(_images: Shape, draws: Draws) {
    return { factor: draws.uniform(this.factor) };
  }

  override transform(images: Node, parameters: { factor: Node }): Node {
    const smoothing = sub(constant(1), mul(parameters.factor, constant(2)));
    return clip(add(images, mul(smoothing, sub(smoothed(images), images))), ...this.valueRange);
  }
}

/** Random sharpness while training. */
export const randomSharpness = factory(RandomSharpness);

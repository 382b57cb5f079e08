/** @file RandomContrast: differences from the mean grow or shrink (Keras' `random_contrast.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, mean, mul, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** (x - mean) · factor + mean, the mean over all pixels of each channel of each image; the shape stays. */
export class RandomContrast extends withOptions(RandomImageLayer, {
  /** The factor is drawn from 1 - the lower to 1 + the upper end; one number is the upper end, and the lower is 0. */
  factor: factor(UNIT),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomContrast';

  override draw(_images: Shape, draws: Draws) {
    return { contrastFactor: draws.uniform([1 - this.factor[0], 1 + this.factor[1]]) };
  }

  override transform(images: Node, { contrastFactor }: { contrastFactor: Node }): Node {
    const average = mean(images, { axes: [1, 2], keepDims: true });
    return clip(add(mul(sub(images, average), contrastFactor), average), ...this.valueRange);
  }
}

/** Random contrast while training. */
export const randomContrast = factory(RandomContrast);

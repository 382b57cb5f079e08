/** @file RandomInvert: some images become negatives (Keras' `random_invert.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { constant, sub, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { factor, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** The largest value minus the pixel, in some images; the shape stays. */
export class RandomInvert extends withOptions(RandomImageLayer, {
  /** The probability, 0 to 1, or the ends that it is drawn from: one number is the upper end, and the lower is 0. Default [0, 1]. */
  factor: factor(UNIT, 1),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomInvert';

  override draw(_images: Shape, draws: Draws) {
    return { applyInversion: draws.chance(this.factor) };
  }

  override transform(images: Node, { applyInversion }: { applyInversion: Node }): Node {
    return where(applyInversion, sub(constant(this.valueRange[1]), images), images);
  }
}

/** Random negatives while training. */
export const randomInvert = factory(RandomInvert);

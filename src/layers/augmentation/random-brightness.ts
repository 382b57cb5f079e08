/** @file RandomBrightness: a number is added to all pixels (Keras' `random_brightness.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { factor, SIGNED_UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** Each image becomes brighter or darker by a part of the value range; the shape stays. */
export class RandomBrightness extends withOptions(RandomImageLayer, {
  /** The part, -1 to 1; one number f means from -f to f. */
  factor: factor(SIGNED_UNIT),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomBrightness';

  override draw(_images: Shape, draws: Draws) {
    const size = this.valueRange[1] - this.valueRange[0];
    return { rgbDelta: draws.uniform([this.factor[0] * size, this.factor[1] * size]) };
  }

  override transform(images: Node, { rgbDelta }: { rgbDelta: Node }): Node {
    return clip(add(images, rgbDelta), ...this.valueRange);
  }
}

/** Random brightness while training. */
export const randomBrightness = factory(RandomBrightness);

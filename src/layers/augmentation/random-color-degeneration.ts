/** @file RandomColorDegeneration: colours are mixed with shades of grey (Keras' `random_color_degeneration.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, mul, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { checkColors, grayscale } from './colors.ts';
import type { Draws } from './draws.ts';
import { factor, SIGNED_UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** x + f · (grey - x); the shape stays. */
export class RandomColorDegeneration extends withOptions(RandomImageLayer, {
  /** Ends of f, -1 to 1: 0 changes nothing, 1 gives shades of grey. One number f means from -f to f. */
  factor: factor(SIGNED_UNIT),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomColorDegeneration';

  override draw(_images: Shape, draws: Draws) {
    return { factor: draws.uniform(this.factor) };
  }

  override transform(images: Node, parameters: { factor: Node }): Node {
    checkColors(this.name, images, true);
    const gray = grayscale(images);
    return clip(add(images, mul(parameters.factor, sub(gray, images))), ...this.valueRange);
  }
}

/** Random paling of colours while training. */
export const randomColorDegeneration = factory(RandomColorDegeneration);

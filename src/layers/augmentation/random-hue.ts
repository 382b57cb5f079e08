/** @file RandomHue: all colours turn around the colour wheel (Keras' `random_hue.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, constant, greater, less, mul, sub, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { checkColors, hsvToRgb, moveRange, rgbToHsv } from './colors.ts';
import type { Draws } from './draws.ts';
import { factor, type Range, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

const FRACTIONS: Range = [0, 1];

/** The hue of each image is shifted by up to half a turn in either direction; the shape stays. */
export class RandomHue extends withOptions(RandomImageLayer, {
  /** The shift as a part of half a turn, 0 to 1; one number is the upper end, and the lower is 0. */
  factor: factor(UNIT),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomHue';

  override draw(_images: Shape, draws: Draws) {
    return { factor: mul(mul(draws.sign(), draws.uniform(this.factor)), constant(0.5)) };
  }

  override transform(images: Node, parameters: { factor: Node }): Node {
    checkColors(this.name, images, false);
    const { hue, ...rest } = rgbToHsv(moveRange(images, this.valueRange, FRACTIONS));
    const one = constant(1);
    const shifted = add(hue, parameters.factor);
    const below = where(greater(shifted, one), sub(shifted, one), shifted);
    const turned = where(less(below, constant(0)), add(below, one), below);
    return moveRange(clip(hsvToRgb({ hue: turned, ...rest }), 0, 1), FRACTIONS, this.valueRange);
  }
}

/** Random hue while training. */
export const randomHue = factory(RandomHue);

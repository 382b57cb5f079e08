/** @file RandomSaturation: colours become paler or stronger (Keras' `random_saturation.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { clip, constant, div, mul, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { checkColors, hsvToRgb, rgbToHsv } from './colors.ts';
import type { Draws } from './draws.ts';
import { factor, SIGNED_UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** Keras' `epsilon()`. */
const EPSILON = 1e-7;

/** The saturation of each image is multiplied by f / (1 - f); the shape stays. */
export class RandomSaturation extends withOptions(RandomImageLayer, {
  /** Ends of f, -1 to 1: 0.5 changes nothing, 0 leaves shades of grey. One number f means from -f to f. */
  factor: factor(SIGNED_UNIT),
  /** The smallest and the largest saturation, as in Keras. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomSaturation';

  override draw(_images: Shape, draws: Draws) {
    const drawn = draws.uniform(this.factor);
    return { factor: div(drawn, sub(constant(1 + EPSILON), drawn)) };
  }

  override transform(images: Node, parameters: { factor: Node }): Node {
    checkColors(this.name, images, false);
    const { saturation, ...rest } = rgbToHsv(images);
    return hsvToRgb({ saturation: clip(mul(saturation, parameters.factor), ...this.valueRange), ...rest });
  }
}

/** Random saturation while training. */
export const randomSaturation = factory(RandomSaturation);

/** @file RandomGrayscale: some images lose their colours (Keras' `random_grayscale.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { constant, less, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { fraction, seed } from '../../options/kinds.ts';
import { checkColors, grayscale } from './colors.ts';
import type { Draws } from './draws.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** Shades of grey in all channels of some images; the shape stays. */
export class RandomGrayscale extends withOptions(RandomImageLayer, {
  /** The probability that an image loses its colours, 0 to 1. Default 0.5. */
  factor: fraction(0.5),
  /** A whole number: the same numbers are drawn in every run. Keras' files do not keep it. Default null: they follow `utils.setRandomSeed`. */
  seed: seed().notInConfig(),
}) {
  static override readonly className = 'RandomGrayscale';

  override draw(_images: Shape, draws: Draws) {
    return { apply: less(draws.uniform([0, 1]), constant(this.factor)) };
  }

  override transform(images: Node, { apply }: { apply: Node }): Node {
    checkColors(this.name, images, true);
    return where(apply, grayscale(images), images);
  }
}

/** Random loss of colours while training. */
export const randomGrayscale = factory(RandomGrayscale);

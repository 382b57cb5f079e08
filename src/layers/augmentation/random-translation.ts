/** @file RandomTranslation: images are shifted (Keras' `random_translation.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import type { Draws } from './draws.ts';
import { givenFactor, rangeOf, SIGNED_UNIT } from './factor.ts';
import { times } from './projection.ts';
import { RandomImageLayer } from './random-image-layer.ts';
import { fillMode, interpolation, sample } from './sampling.ts';

/** Each image is shifted by a distance of its own; the shape stays. */
export class RandomTranslation extends withOptions(RandomImageLayer, {
  /** The shift down as a part of the height, -1 to 1; one number f means from -f to f. */
  heightFactor: givenFactor(SIGNED_UNIT),
  /** The shift to the right as a part of the width, -1 to 1; one number f means from -f to f. */
  widthFactor: givenFactor(SIGNED_UNIT),
  /** What is outside of the image: its mirror image, `fillValue`, the nearest pixel, or the image again. Default 'reflect'. */
  fillMode: fillMode(),
  /** How values between pixels are found. Default 'bilinear'. */
  interpolation: interpolation(),
  /** The value outside of the image for the fill mode 'constant'. Default 0. */
  fillValue: number(0),
}) {
  static override readonly className = 'RandomTranslation';

  override draw([, height, width]: Shape, draws: Draws) {
    const pixels = (factor: typeof this.heightFactor, extent: number) => {
      const [low, high] = rangeOf(factor, SIGNED_UNIT);
      return draws.uniform([low * extent, high * extent], { shape: [1] });
    };
    return {
      heightTranslation: pixels(this.heightFactor, height as number),
      widthTranslation: pixels(this.widthFactor, width as number),
    };
  }

  /** Translations [n, 1] in pixels. */
  override transform(
    images: Node,
    { heightTranslation, widthTranslation }: { heightTranslation: Node; widthTranslation: Node },
  ): Node {
    const [left, up] = [times(-1, widthTranslation), times(-1, heightTranslation)];
    return sample(images, [1, 0, left, 0, 1, up, 0, 0], this);
  }
}

/** Random translation while training. */
export const randomTranslation = factory(RandomTranslation);

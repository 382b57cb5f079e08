/** @file RandomTranslation: images are shifted (Keras' `random_translation.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { givenFactor, rangeOf, SIGNED_UNIT } from './factor.ts';
import { GeometricLayer } from './geometric-layer.ts';
import { type Projection, times } from './projection.ts';

/** Each image is shifted by a distance of its own; the shape stays. */
export class RandomTranslation extends withOptions(GeometricLayer, {
  /** The shift down as a part of the height, -1 to 1; one number f means from -f to f. */
  heightFactor: givenFactor(SIGNED_UNIT),
  /** The shift to the right as a part of the width, -1 to 1; one number f means from -f to f. */
  widthFactor: givenFactor(SIGNED_UNIT),
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
  override projection(
    _images: Shape,
    { heightTranslation, widthTranslation }: { heightTranslation: Node; widthTranslation: Node },
  ): Projection {
    const [left, up] = [times(-1, widthTranslation), times(-1, heightTranslation)];
    return [1, 0, left, 0, 1, up, 0, 0];
  }
}

/** Random translation while training. */
export const randomTranslation = factory(RandomTranslation);

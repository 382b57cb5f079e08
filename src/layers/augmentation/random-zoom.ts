/** @file RandomZoom: images grow or shrink around their centre (Keras' `random_zoom.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { type Factor, givenFactor, optionalFactor, rangeOf } from './factor.ts';
import { GeometricLayer } from './geometric-layer.ts';
import { type Projection, plus, times } from './projection.ts';

const ABOVE_MINUS_ONE = { least: -1, most: 1, closed: false };

/** Each image shows 1 + f of its height and its width; the shape stays. */
export class RandomZoom extends withOptions(GeometricLayer, {
  /** Ends of f for the height, above -1, at most 1: negative ones zoom in. One number f means from -f to f. */
  heightFactor: givenFactor(ABOVE_MINUS_ONE),
  /** Likewise for the width. Default null: as the height, so that the aspect ratio stays. */
  widthFactor: optionalFactor(ABOVE_MINUS_ONE),
}) {
  static override readonly className = 'RandomZoom';

  override draw(_images: Shape, draws: Draws) {
    const zoom = (factor: Factor) => {
      const [low, high] = rangeOf(factor, ABOVE_MINUS_ONE);
      return draws.uniform([1 + low, 1 + high], { shape: [1] });
    };
    const heightZoom = zoom(this.heightFactor);
    return { heightZoom, widthZoom: this.widthFactor === null ? heightZoom : zoom(this.widthFactor) };
  }

  /** Zooms [n, 1]: the part of the image that is shown. */
  override projection(
    [, h, w]: Shape,
    { heightZoom, widthZoom }: { heightZoom: Node; widthZoom: Node },
  ): Projection {
    const [height, width] = [h as number, w as number];
    const offset = (extent: number, zoom: Node) => {
      const center = (extent - 1) / 2;
      return plus(center, times(-center, zoom));
    };
    const [a2, b2] = [offset(width, widthZoom), offset(height, heightZoom)];
    return [widthZoom, 0, a2, 0, heightZoom, b2, 0, 0];
  }
}

/** Random zoom while training. */
export const randomZoom = factory(RandomZoom);

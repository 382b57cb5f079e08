/** @file RandomZoom: images grow or shrink around their centre (Keras' `random_zoom.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import type { Draws } from './draws.ts';
import { type Factor, givenFactor, optionalFactor, rangeOf } from './factor.ts';
import { plus, times } from './projection.ts';
import { RandomImageLayer } from './random-image-layer.ts';
import { fillMode, interpolation, sample } from './sampling.ts';

const ABOVE_MINUS_ONE = { least: -1, most: 1, closed: false };

/** Each image shows 1 + f of its height and its width; the shape stays. */
export class RandomZoom extends withOptions(RandomImageLayer, {
  /** Ends of f for the height, above -1, at most 1: negative ones zoom in. One number f means from -f to f. */
  heightFactor: givenFactor(ABOVE_MINUS_ONE),
  /** Likewise for the width. Default null: as the height, so that the aspect ratio stays. */
  widthFactor: optionalFactor(ABOVE_MINUS_ONE),
  /** What is outside of the image: its mirror image, `fillValue`, the nearest pixel, or the image again. Default 'reflect'. */
  fillMode: fillMode(),
  /** How values between pixels are found. Default 'bilinear'. */
  interpolation: interpolation(),
  /** The value outside of the image for the fill mode 'constant'. Default 0. */
  fillValue: number(0),
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
  override transform(images: Node, { heightZoom, widthZoom }: { heightZoom: Node; widthZoom: Node }): Node {
    const [, height, width] = images.shape as readonly [null, number, number];
    const offset = (extent: number, zoom: Node) => {
      const center = (extent - 1) / 2;
      return plus(center, times(-center, zoom));
    };
    const [a2, b2] = [offset(width, widthZoom), offset(height, heightZoom)];
    return sample(images, [widthZoom, 0, a2, 0, heightZoom, b2, 0, 0], this);
  }
}

/** Random zoom while training. */
export const randomZoom = factory(RandomZoom);

/** @file RandomShear: rows and columns are shifted against each other (Keras' `random_shear.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { mul } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { GeometricLayer } from './geometric-layer.ts';
import type { Projection } from './projection.ts';
import { shearFactor } from './shear-factor.ts';

/** Each row is shifted in proportion to its place, each column likewise; the shape stays. */
export class RandomShear extends withOptions(GeometricLayer, {
  /** Pixels to the side for each row, 0 to 1, in either direction; one number f means from -f to f. Default 0. */
  xFactor: shearFactor(),
  /** Pixels up or down for each column, likewise. Default 0. */
  yFactor: shearFactor(),
}) {
  static override readonly className = 'RandomShear';

  override draw(_images: Shape, draws: Draws) {
    const shape = [1];
    const invert = draws.sign({ shape });
    return {
      shearX: mul(draws.uniform(this.xFactor, { shape }), invert),
      shearY: mul(draws.uniform(this.yFactor, { shape }), invert),
    };
  }

  /** Shears [n, 1] in pixels for each pixel. */
  override projection(_images: Shape, { shearX, shearY }: { shearX: Node; shearY: Node }): Projection {
    return [1, shearX, 0, shearY, 1, 0, 0, 0];
  }
}

/** Random shear while training. */
export const randomShear = factory(RandomShear);

/** @file RandomFlip: some images are mirrored (Keras' `random_flip.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { constant, lessEqual } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { oneOf } from '../../options/kinds.ts';
import type { Draws } from './draws.ts';
import { onlyWhere, type Projection } from './projection.ts';
import { RandomImageLayer } from './random-image-layer.ts';
import { sample } from './sampling.ts';

/** Every second image on average is mirrored, in both directions at once where both are asked for; the shape stays. */
export class RandomFlip extends withOptions(RandomImageLayer, {
  /** The directions: left and right change places ('horizontal'), above and below ('vertical'), or both. Default 'horizontalAndVertical'. */
  mode: oneOf('horizontalAndVertical', 'horizontal', 'vertical'),
}) {
  static override readonly className = 'RandomFlip';

  override draw(_images: Shape, draws: Draws) {
    return { flips: lessEqual(draws.uniform([0, 1], { shape: [1] }), constant(0.5)) };
  }

  override transform(images: Node, { flips }: { flips: Node }): Node {
    const [, height, width] = images.shape as readonly [null, number, number];
    const [across, down] = [this.mode !== 'vertical', this.mode !== 'horizontal'];
    const mirror: Projection = [
      ...([across ? -1 : 1, 0, across ? width - 1 : 0] as const),
      ...([0, down ? -1 : 1, down ? height - 1 : 0] as const),
      ...([0, 0] as const),
    ];
    return sample(images, onlyWhere(flips, mirror), null);
  }
}

/** Random mirror images while training. */
export const randomFlip = factory(RandomFlip);

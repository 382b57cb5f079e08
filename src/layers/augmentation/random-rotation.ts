/** @file RandomRotation: images turn around their centre (Keras' `random_rotation.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { cos, sin } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import type { Draws } from './draws.ts';
import { factor, SIGNED_UNIT } from './factor.ts';
import { GeometricLayer } from './geometric-layer.ts';
import { type Projection, plus, times } from './projection.ts';

/** Each image is turned by an angle of its own, counter-clockwise for positive ones; the shape stays. */
export class RandomRotation extends withOptions(GeometricLayer, {
  /** The angle as a part of a full turn, -1 to 1; one number f means from -f to f. */
  factor: factor(SIGNED_UNIT),
}) {
  static override readonly className = 'RandomRotation';

  override draw(_images: Shape, draws: Draws) {
    const [low, high] = this.factor;
    return { angle: draws.uniform([low * 2 * Math.PI, high * 2 * Math.PI], { shape: [1] }) };
  }

  /** `angle` [n, 1] in radians. */
  override projection([, h, w]: Shape, { angle }: { angle: Node }): Projection {
    const [height, width] = [h as number, w as number];
    const [cx, cy] = [(width - 1) / 2, (height - 1) / 2];
    const [cosine, sine] = [cos(angle), sin(angle)];
    const minusSine = times(-1, sine);
    const a2 = plus(cx, times(-cx, cosine), times(cy, sine));
    const b2 = plus(cy, times(-cx, sine), times(-cy, cosine));
    return [cosine, minusSine, a2, sine, cosine, b2, 0, 0];
  }
}

/** Random rotation while training. */
export const randomRotation = factory(RandomRotation);

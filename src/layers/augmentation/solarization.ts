/** @file Solarization: bright pixels are inverted, after a number was added (Keras' `solarization.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, clip, constant, less, sub, where } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { BYTES, moveRange } from './colors.ts';
import type { Draws } from './draws.ts';
import { factor, type Range, UNIT, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

/** As Keras draws: only the upper end is a part of 255. */
function ends([low, high]: Range): Range {
  return [low, high * BYTES[1]];
}

/** Values from a threshold up become 255 minus the value, while training; the shape stays. */
export class Solarization extends withOptions(RandomImageLayer, {
  /** The number that is added first, as a part of 255, 0 to 1; one number is the upper end, and the lower is 0. Default 0. */
  additionFactor: factor(UNIT, 0),
  /** The threshold as a part of 255, 0 to 1; one number is the upper end, and the lower is 0. Default 0. */
  thresholdFactor: factor(UNIT, 0),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'Solarization';

  override draw(_images: Shape, draws: Draws) {
    return {
      additions: draws.uniform(ends(this.additionFactor)),
      thresholds: draws.uniform(ends(this.thresholdFactor)),
    };
  }

  override transform(images: Node, { additions, thresholds }: { additions: Node; thresholds: Node }): Node {
    const bytes = clip(add(moveRange(images, this.valueRange, BYTES), additions), ...BYTES);
    const inverted = sub(constant(BYTES[1]), bytes);
    return moveRange(where(less(bytes, thresholds), bytes, inverted), BYTES, this.valueRange);
  }
}

/** Inverted bright pixels while training. */
export const solarization = factory(Solarization);

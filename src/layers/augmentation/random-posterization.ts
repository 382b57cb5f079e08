/** @file RandomPosterization: fewer bits for each colour (Keras' `random_posterization.py`). */

import type { Shape } from '../../base/shape.ts';
import type { Node } from '../../graph/node.ts';
import { add, broadcastTo, clip, constant, div, floor, greaterEqual, mul, sub } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { BYTES, moveRange } from './colors.ts';
import type { Draws } from './draws.ts';
import { factor, valueRange } from './factor.ts';
import { RandomImageLayer } from './random-image-layer.ts';

const BITS = 8;

/** 2^shift for whole numbers 0…7, exactly. */
function powerOfTwo(shift: Node): Node {
  const steps = [1, 2, 3, 4, 5, 6, 7].map((n) =>
    mul(greaterEqual(shift, constant(n)), constant(2 ** (n - 1))),
  );
  return steps.reduce((sum, step) => add(sum, step), constant(1));
}

/** Only the upper bits of each value are kept, the others become 0; the shape stays. */
export class RandomPosterization extends withOptions(RandomImageLayer, {
  /** Bits that are kept, 1 to 8: from the lower up to but without the upper end; one number is the upper end, and the lower is 1. */
  factor: factor({ least: 1, most: BITS, whole: true }),
  /** The smallest and the largest value of a pixel. Default [0, 255]. */
  valueRange: valueRange(),
}) {
  static override readonly className = 'RandomPosterization';

  override draw(images: Shape, draws: Draws) {
    const [least, end] = this.factor;
    if (least === end) return { shiftFactor: broadcastTo(constant(BITS - least), [images[0]!, 1, 1, 1]) };
    return { shiftFactor: sub(constant(BITS), floor(draws.uniform([least, end]))) };
  }

  override transform(images: Node, { shiftFactor }: { shiftFactor: Node }): Node {
    const step = powerOfTwo(shiftFactor);
    const bytes = floor(clip(moveRange(images, this.valueRange, BYTES), ...BYTES));
    return moveRange(mul(floor(div(bytes, step)), step), BYTES, this.valueRange);
  }
}

/** Random loss of bits while training. */
export const randomPosterization = factory(RandomPosterization);

/** @file ReLU with a slope, a threshold and a largest value (Keras' `relu.py`). */

import { relu } from '../../activations/index.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';

/** x above the threshold, at most `maxValue`; `negativeSlope · (x - threshold)` up to the threshold. The shape stays. */
export class ReLU extends withOptions(Layer, {
  /** The largest result. Default null: none. */
  maxValue: number(null, { atLeast: 0 }),
  /** The slope below the threshold. Default 0. */
  negativeSlope: number(0, { atLeast: 0 }),
  /** Up to here numbers are damped. Default 0. */
  threshold: number(0, { atLeast: 0 }),
}) {
  static override readonly className = 'ReLU';

  override call([x]: readonly Node[]): Node {
    const { maxValue, negativeSlope, threshold } = this;
    return relu(x!, { maxValue, negativeSlope, threshold });
  }
}

/** max(x, 0), with a slope, a threshold and a largest value if need be. */
export const reLU = factory(ReLU);

/** @file RepeatVector: each sample's row of numbers several times (Keras' `repeat_vector.py`). */

import type { Node } from '../../graph/node.ts';
import { broadcastTo, reshape } from '../../ops/index.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { count } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';

/** [batch, features] → [batch, n, features]. */
export class RepeatVector extends withOptions(Layer, {
  /** How often. */
  n: count(),
}) {
  static override readonly className = 'RepeatVector';
  protected override inputSpec = { ndim: 2 };

  override call([x]: readonly Node[]): Node {
    const [batch, features] = x!.shape as readonly [null, number];
    return broadcastTo(reshape(x!, [batch, 1, features]), [batch, this.n, features]);
  }
}

/** Each sample's row of numbers several times. */
export const repeatVector = factory(RepeatVector);

/** @file Regularizer: a price on weights or outputs that is added to the loss (Keras' `regularizers.py`). */

import type { Node } from '../graph/node.ts';
import { Configurable, withOptions } from '../options/configurable.ts';

/** A price that training keeps small together with the loss. A user's own class defines `call`. */
export abstract class Regularizer extends withOptions(Configurable, {}) {
  static override readonly methods: readonly string[] = ['call'];
  /** The price of `x` as a scalar: `x` is a weight, or a layer's output with the batch. Throws ShapeError for a rank it cannot take. */
  abstract call(x: Node): Node;
}

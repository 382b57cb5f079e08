/** @file LeakyReLU: negative numbers are multiplied by a small slope (Keras' `leaky_relu.py`). */

import { leakyRelu } from '../../activations/index.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { number } from '../../options/kinds.ts';
import { Layer } from '../layer.ts';

/** x above 0, `negativeSlope · x` below. The shape stays. */
export class LeakyReLU extends withOptions(Layer, {
  /** The slope below 0; the activation function of the same name has another default. Default 0.3. */
  negativeSlope: number(0.3, { atLeast: 0 }).formerly('alpha'),
}) {
  static override readonly className = 'LeakyReLU';

  override call([x]: readonly Node[]): Node {
    return leakyRelu(x!, { negativeSlope: this.negativeSlope });
  }
}

/** Negative numbers multiplied by a small slope. */
export const leakyReLU = factory(LeakyReLU);

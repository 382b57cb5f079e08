/** @file Activation: an activation function as a layer of its own. */

import { activation as activationOption } from '../../activations/registry.ts';
import type { Node } from '../../graph/node.ts';
import { factory, withOptions } from '../../options/configurable.ts';
import { Layer } from '../layer.ts';

/** The shape stays. */
export class Activation extends withOptions(Layer, {
  /** A name such as 'relu', or a function. */
  activation: activationOption().needed(),
}) {
  static override readonly className = 'Activation';

  override call([x]: readonly Node[]): Node {
    return this.activation(x!);
  }
}

/** An activation function as a layer. */
export const activation = factory(Activation);

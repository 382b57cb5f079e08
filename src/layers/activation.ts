/** @file Activation: an activation function as a layer of its own. */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import {
  type ActivationFunction,
  type ActivationIdentifier,
  activationName,
  getActivation,
} from './activations.ts';
import { Layer, type LayerOptions } from './layer.ts';

export interface ActivationOptions extends LayerOptions {
  /** A name such as 'relu', or a function. */
  readonly activation: ActivationIdentifier;
}

/** The shape stays. */
export class Activation extends Layer {
  static override readonly className = 'Activation';
  readonly activation: ActivationFunction;

  /** Throws ValueError for an unknown activation or none. */
  constructor(options: ActivationOptions) {
    super(options, ['activation']);
    if (options.activation === undefined) {
      throw new ValueError("Activation: the option activation is missing, such as { activation: 'relu' }.");
    }
    this.activation = getActivation(options.activation);
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    return input!;
  }

  override call([x]: readonly Node[]): Node {
    return this.activation(x!);
  }

  override getConfig(): Config {
    return { ...super.getConfig(), activation: activationName(this.activation) };
  }
}

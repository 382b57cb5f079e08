/** @file BiasLayer, the base of layers that end in a bias and an activation. */

import { activation } from '../activations/registry.ts';
import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { initializer } from '../initializers/registry.ts';
import { add } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { withOptions } from '../options/configurable.ts';
import { flag } from '../options/kinds.ts';
import { regularizer } from '../regularizers/registry.ts';
import { Layer } from './layer.ts';

/** A layer that computes activation(sums + bias); the sums are the layer's own. */
export abstract class BiasLayer extends withOptions(Layer, {
  /** A name such as 'relu', or a function. Default null: linear. */
  activation: activation(),
  /** Whether a bias is added. Default true. */
  useBias: flag(true).formerly('bias'),
  /** First numbers of the bias. Default 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** A price on the bias that is added to the loss. Default null: none. */
  biasRegularizer: regularizer().formerly('b_regularizer'),
  /** A constraint on the bias, applied after each step. Default null: none. */
  biasConstraint: constraint().formerly('b_constraint'),
}) {
  #bias: Variable | undefined;

  /** The bias [outputs]; undefined before the layer is built and without bias. */
  get bias(): Variable | undefined {
    return this.#bias;
  }

  /** Makes the bias, unless `useBias` is false. */
  protected addBias(outputs: number): void {
    if (!this.useBias) return;
    this.#bias = this.addWeight({
      name: 'bias',
      shape: [outputs],
      initializer: this.biasInitializer,
      regularizer: this.biasRegularizer,
      constraint: this.biasConstraint,
    });
  }

  /** Bias and activation, applied to the sums. */
  protected finish(sums: Node): Node {
    return this.activation(this.#bias === undefined ? sums : add(sums, variableNode(this.#bias)));
  }
}

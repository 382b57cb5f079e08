/** @file KernelLayer, the base of layers with a kernel, a bias and an activation. */

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

/** A layer that computes activation(input ∗ kernel + bias), where ∗ is the layer's own operation. */
export abstract class KernelLayer extends withOptions(Layer, {
  /** A name such as 'relu', or a function. Default null: linear. */
  activation: activation(),
  /** Whether a bias is added. Default true. */
  useBias: flag(true).formerly('bias'),
  /** First numbers of the kernel. Default 'glorotUniform'. */
  kernelInitializer: initializer('glorotUniform').formerly('init'),
  /** First numbers of the bias. Default 'zeros'. */
  biasInitializer: initializer('zeros'),
  /** A price on the kernel that is added to the loss. Default null: none. */
  kernelRegularizer: regularizer().formerly('W_regularizer'),
  /** A price on the bias that is added to the loss. Default null: none. */
  biasRegularizer: regularizer().formerly('b_regularizer'),
  /** A constraint on the kernel, applied after each step. Default null: none. */
  kernelConstraint: constraint().formerly('W_constraint'),
  /** A constraint on the bias, applied after each step. Default null: none. */
  biasConstraint: constraint().formerly('b_constraint'),
}) {
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  /** The kernel [..., inputs, outputs]; undefined before the layer is built. */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  /** The bias [outputs]; undefined before the layer is built and without bias. */
  get bias(): Variable | undefined {
    return this.#bias;
  }

  /** Makes the kernel of `shape`, [..., inputs, outputs], and the bias, and fixes the extent of the input's last axis. */
  protected addKernel(shape: readonly number[], outputs: number = shape.at(-1)!): void {
    this.#kernel = this.addWeight({
      name: 'kernel',
      shape,
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    if (this.useBias) {
      this.#bias = this.addWeight({
        name: 'bias',
        shape: [outputs],
        initializer: this.biasInitializer,
        regularizer: this.biasRegularizer,
        constraint: this.biasConstraint,
      });
    }
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: shape.at(-2)! } };
  }

  /** The kernel as a node. The layer must be built. */
  protected kernelNode(): Node {
    return variableNode(this.#kernel!);
  }

  /** Bias and activation, applied to the product of input and kernel. */
  protected finish(sums: Node): Node {
    return this.activation(this.#bias === undefined ? sums : add(sums, variableNode(this.#bias)));
  }
}

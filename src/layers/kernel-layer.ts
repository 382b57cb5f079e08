/** @file KernelLayer, the base of layers with one kernel, a bias and an activation. */

import { constraint } from '../constraints/registry.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { initializer } from '../initializers/registry.ts';
import { variableNode } from '../ops/leaf.ts';
import { withOptions } from '../options/configurable.ts';
import { regularizer } from '../regularizers/registry.ts';
import { BiasLayer } from './bias-layer.ts';

/** A layer that computes activation(input ∗ kernel + bias), where ∗ is the layer's own operation. */
export abstract class KernelLayer extends withOptions(BiasLayer, {
  /** First numbers of the kernel. Default 'glorotUniform'. */
  kernelInitializer: initializer('glorotUniform').formerly('init'),
  /** A price on the kernel that is added to the loss. Default null: none. */
  kernelRegularizer: regularizer().formerly('W_regularizer'),
  /** A constraint on the kernel, applied after each step. Default null: none. */
  kernelConstraint: constraint().formerly('W_constraint'),
}) {
  #kernel: Variable | undefined;

  /** The kernel; undefined before the layer is built. */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  /** Makes the kernel and the bias, and fixes the extent of the input's last axis. */
  protected addKernel(options: {
    readonly shape: readonly number[];
    readonly inputs: number;
    readonly outputs: number;
  }): void {
    const { shape, inputs, outputs } = options;
    this.#kernel = this.addWeight({
      name: 'kernel',
      shape,
      initializer: this.kernelInitializer,
      regularizer: this.kernelRegularizer,
      constraint: this.kernelConstraint,
    });
    this.addBias(outputs);
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: inputs } };
  }

  /** The kernel as a node. The layer must be built. */
  protected kernelNode(): Node {
    return variableNode(this.#kernel!);
  }
}

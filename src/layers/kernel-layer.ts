/** @file KernelLayer, the base of layers with a kernel, a bias and an activation. */

import type { Config } from '../base/config.ts';
import { booleanOption } from '../base/options.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import {
  getInitializer,
  type InitializerIdentifier,
  serializeInitializer,
} from '../initializers/registry.ts';
import { add } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import {
  type ActivationFunction,
  type ActivationIdentifier,
  activationName,
  getActivation,
} from './activations.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { REFUSED_WEIGHT_OPTIONS, refuseOptions } from './layer-options.ts';

/** Options that these layers share. */
export interface KernelLayerOptions extends LayerOptions {
  readonly activation?: ActivationIdentifier;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerIdentifier;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerIdentifier;
}

const OPTIONS = ['activation', 'useBias', 'kernelInitializer', 'biasInitializer', ...REFUSED_WEIGHT_OPTIONS];

/** A layer that computes activation(input ∗ kernel + bias), whatever ∗ is. */
export abstract class KernelLayer extends Layer {
  readonly activation: ActivationFunction;
  readonly useBias: boolean;
  readonly #kernelInitializer;
  readonly #biasInitializer;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;

  /**
   * @param known Names of the options that the subclass takes besides the shared ones.
   * Throws ValueError for a wrong option, UnsupportedError for regularizers and constraints.
   */
  constructor(options: KernelLayerOptions, known: readonly string[]) {
    super(options, [...known, ...OPTIONS]);
    refuseOptions(this.className, options, REFUSED_WEIGHT_OPTIONS);
    this.activation = getActivation(options.activation);
    this.useBias = booleanOption(this.className, 'useBias', options.useBias, true);
    this.#kernelInitializer = getInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.#biasInitializer = getInitializer(options.biasInitializer ?? 'zeros');
  }

  /** The kernel [..., inputs, outputs]; undefined before the layer is built. */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  /** The bias [outputs]; undefined before the layer is built and without bias. */
  get bias(): Variable | undefined {
    return this.#bias;
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      activation: activationName(this.activation),
      use_bias: this.useBias,
      kernel_initializer: serializeInitializer(this.#kernelInitializer),
      bias_initializer: serializeInitializer(this.#biasInitializer),
      kernel_regularizer: null,
      bias_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
    };
  }

  /** Makes the kernel of `shape`, [..., inputs, outputs], and the bias, and fixes the extent of the input's last axis. */
  protected addKernel(shape: readonly number[]): void {
    this.#kernel = this.addWeight({ name: 'kernel', shape, initializer: this.#kernelInitializer });
    if (this.useBias) {
      const outputs = shape.slice(-1);
      this.#bias = this.addWeight({ name: 'bias', shape: outputs, initializer: this.#biasInitializer });
    }
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: shape.at(-2)! } };
  }

  /** The kernel in the graph; the layer is built. */
  protected kernelNode(): Node {
    return variableNode(this.#kernel!);
  }

  /** Bias and activation on what the kernel made of the input. */
  protected finish(sums: Node): Node {
    return this.activation(this.#bias === undefined ? sums : add(sums, variableNode(this.#bias)));
  }
}

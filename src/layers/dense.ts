/** @file Dense: every output is a weighted sum of all inputs (Keras' `dense.py`). */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { booleanOption, describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { getInitializer, type InitializerIdentifier, serializeInitializer } from '../initializers/index.ts';
import { add, matmul, variableNode } from '../ops/index.ts';
import {
  type ActivationFunction,
  type ActivationIdentifier,
  activationName,
  getActivation,
} from './activations.ts';
import type { InputSpec } from './input-spec.ts';
import { Layer, type LayerOptions } from './layer.ts';
import { REFUSED_WEIGHT_OPTIONS, refuseOptions } from './layer-options.ts';

export interface DenseOptions extends LayerOptions {
  /** Number of outputs. */
  readonly units: number;
  readonly activation?: ActivationIdentifier;
  /** Default true. */
  readonly useBias?: boolean;
  /** Default 'glorotUniform'. */
  readonly kernelInitializer?: InitializerIdentifier;
  /** Default 'zeros'. */
  readonly biasInitializer?: InitializerIdentifier;
}

const REFUSED = [...REFUSED_WEIGHT_OPTIONS, 'quantizationConfig', 'loraRank', 'loraAlpha'];
const OPTIONS = ['units', 'activation', 'useBias', 'kernelInitializer', 'biasInitializer', ...REFUSED];

/** [batch, …, inputs] → [batch, …, units]. */
export class Dense extends Layer {
  static override readonly className = 'Dense';
  readonly units: number;
  readonly activation: ActivationFunction;
  readonly useBias: boolean;
  readonly #kernelInitializer;
  readonly #biasInitializer;
  #kernel: Variable | undefined;
  #bias: Variable | undefined;
  protected override inputSpec: InputSpec = {
    minNdim: 2,
    rankHint: 'The last axis holds the inputs, the first the batch.',
  };

  /** Throws ValueError for a wrong option, UnsupportedError for regularizers, constraints, quantization. */
  constructor(options: DenseOptions) {
    super(options, OPTIONS);
    refuseOptions('Dense', options, REFUSED);
    if (!Number.isSafeInteger(options.units) || options.units <= 0) {
      throw new ValueError(
        'Received an invalid value for `units`, expected a positive integer. ' +
          `Received: units=${describeValue(options.units)}.`,
      );
    }
    this.units = options.units;
    this.activation = getActivation(options.activation);
    this.useBias = booleanOption('Dense', 'useBias', options.useBias, true);
    this.#kernelInitializer = getInitializer(options.kernelInitializer ?? 'glorotUniform');
    this.#biasInitializer = getInitializer(options.biasInitializer ?? 'zeros');
  }

  /** The weights [inputs, units]; undefined before the layer is built. */
  get kernel(): Variable | undefined {
    return this.#kernel;
  }

  /** The bias [units]; undefined before the layer is built and without bias. */
  get bias(): Variable | undefined {
    return this.#bias;
  }

  override computeOutputShape([input]: readonly Shape[]): Shape {
    return [...input!.slice(0, -1), this.units];
  }

  override call([x]: readonly Node[]): Node {
    const sums = matmul(x!, variableNode(this.#kernel!));
    return this.activation(this.#bias === undefined ? sums : add(sums, variableNode(this.#bias)));
  }

  override getConfig(): Config {
    return {
      ...super.getConfig(),
      units: this.units,
      activation: activationName(this.activation),
      use_bias: this.useBias,
      kernel_initializer: serializeInitializer(this.#kernelInitializer),
      bias_initializer: serializeInitializer(this.#biasInitializer),
      kernel_regularizer: null,
      bias_regularizer: null,
      kernel_constraint: null,
      bias_constraint: null,
      quantization_config: null,
    };
  }

  protected override createWeights([input]: readonly Shape[]): void {
    const inputs = input!.at(-1)!;
    const shape = [inputs, this.units];
    this.#kernel = this.addWeight({ name: 'kernel', shape, initializer: this.#kernelInitializer });
    if (this.useBias) {
      this.#bias = this.addWeight({ name: 'bias', shape: [this.units], initializer: this.#biasInitializer });
    }
    this.inputSpec = { ...this.inputSpec, axes: { [-1]: inputs } };
  }
}

/**
 * @file Layer, the base of everything a model is made of, and what its uses leave behind: symbolic tensors and calls.
 * Semantics and texts follow Keras 3 (`keras/src/layers/layer.py`).
 */

import { type Config, type ConfigValue, kerasObject } from '../base/config.ts';
import { ShapeError, ValueError } from '../base/errors.ts';
import { toSnakeCase, uniqueName } from '../base/names.ts';
import { booleanOption, checkOptionNames, describeValue } from '../base/options.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { checkNode, type Node, withScope } from '../graph/node.ts';
import { Variable } from '../graph/variable.ts';
import type { Initializer } from '../initializers/initializer.ts';
import type { CallContext } from './call-context.ts';
import { checkInputs, type InputSpec } from './input-spec.ts';
import { COMMON_OPTIONS, checkDType, readBatchInputShape } from './layer-options.ts';

export type { CallContext } from './call-context.ts';

/** Options that every layer takes. */
export interface LayerOptions {
  /** Default: the class name in snake case, numbered: `conv2d`, `conv2d_1`. */
  readonly name?: string;
  /** Whether `fit` may change the weights. Default true. */
  readonly trainable?: boolean;
  /** 'float32', the only type layers compute in. */
  readonly dtype?: ConfigValue;
  /** On a model's first layer: the shape of one sample, without the batch. */
  readonly inputShape?: readonly number[];
  /** On a model's first layer: the shape with the batch, whose extent is `null`. */
  readonly batchInputShape?: Shape;
  /** On a model's first layer: short for `inputShape: [inputDim]`. */
  readonly inputDim?: number;
}

/** A value that a layer will compute: what `input()` and `layer.apply()` return. */
export class SymbolicTensor {
  readonly shape: Shape;
  readonly dtype = 'float32';
  readonly name: string;
  /** The layer call that computes it. */
  readonly producer: LayerCall;
  /** Its place among the producer's outputs. */
  readonly index: number;

  constructor(shape: Shape, name: string, producer: LayerCall, index: number) {
    this.shape = shape;
    this.name = name;
    this.producer = producer;
    this.index = index;
  }
}

/** One application of a layer to symbolic tensors (an "inbound node" of Keras' files). */
export interface LayerCall {
  readonly layer: Layer;
  /** Its place in `layer.inboundCalls`. */
  readonly index: number;
  readonly inputs: readonly SymbolicTensor[];
  readonly outputs: readonly SymbolicTensor[];
}

/**
 * A step from inputs to outputs that may own weights.
 *
 * A subclass sets the static `className` and the `inputSpec` and defines `computeOutputShape`, `call`, `getConfig`, and,
 * if it has weights, `createWeights`.
 */
export abstract class Layer {
  /** Keras' class name, as files have it. */
  static readonly className: string = 'Layer';

  readonly name: string;
  readonly dtype = 'float32';
  /** The input's shape with batch, when the options gave one: a Sequential model starts from it. */
  readonly batchInputShape: Shape | null;
  /** Every `apply` so far, in order. */
  readonly inboundCalls: LayerCall[] = [];
  #trainable: boolean;
  #buildShapes: readonly Shape[] | null = null;
  readonly #weights: Variable[] = [];
  protected inputSpec: InputSpec = {};

  /**
   * @param known Names of the options that the subclass takes besides the common ones.
   * Throws ValueError for an unknown option, UnsupportedError for a dtype other than float32.
   */
  constructor(options: LayerOptions, known: readonly string[] = []) {
    const className = (new.target as typeof Layer).className;
    checkOptionNames(className, options, [...known, ...COMMON_OPTIONS]);
    checkDType(className, options.dtype);
    if (options.name !== undefined && (typeof options.name !== 'string' || options.name === '')) {
      throw new ValueError(
        `${className}: name must be a non-empty string, received ${String(options.name)}.`,
      );
    }
    if (options.name?.includes('/')) {
      throw new ValueError(`${className}: a layer's name cannot contain '/', received '${options.name}'.`);
    }
    this.name = options.name ?? uniqueName(toSnakeCase(className));
    this.#trainable = booleanOption(className, 'trainable', options.trainable, true);
    this.batchInputShape = readBatchInputShape(className, options);
  }

  /** Keras' class name, as files and summaries have it. */
  get className(): string {
    return (this.constructor as typeof Layer).className;
  }

  /**
   * Whether `fit` may change the weights. Freezing takes effect at the next `fit`; what was frozen when the model was
   * compiled and trained needs a new `compile` to train again.
   */
  get trainable(): boolean {
    return this.#trainable;
  }

  set trainable(value: boolean) {
    this.#trainable = booleanOption(this.className, 'trainable', value, true);
  }

  /** Whether the weights exist. */
  get built(): boolean {
    return this.#buildShapes !== null;
  }

  /** The input shapes the layer was built for; null before that. */
  get buildShapes(): readonly Shape[] | null {
    return this.#buildShapes;
  }

  /** All variables: what trains first, then statistics; the order of Keras' files. */
  get weights(): readonly Variable[] {
    return [...this.#weights.filter((w) => w.trainable), ...this.#weights.filter((w) => !w.trainable)];
  }

  /** The variables that `fit` changes by gradients: none while the layer is frozen. */
  get trainableWeights(): readonly Variable[] {
    return this.trainable ? this.weights.filter((weight) => weight.trainable) : [];
  }

  /** The variables that `fit` does not change by gradients. */
  get nonTrainableWeights(): readonly Variable[] {
    return this.trainable ? this.weights.filter((weight) => !weight.trainable) : this.weights;
  }

  /** Number of weights' elements. Throws ValueError before the layer is built. */
  countParams(): number {
    if (!this.built) {
      throw new ValueError(
        `You tried to call countParams on layer '${this.name}', but the layer isn't built. ` +
          'Apply it to an input first, or call build([inputShape]).',
      );
    }
    return this.weights.reduce((sum, weight) => sum + weight.size, 0);
  }

  /** Copies of all variables, in the order of `weights`. */
  getWeights(): Tensor[] {
    return this.weights.map((weight) => new Tensor(weight.shape, 'float32', weight.view().slice()));
  }

  /** Replaces all variables' numbers. Throws ValueError on a wrong count, ShapeError on a wrong shape; changes nothing then. */
  setWeights(values: readonly Tensor[]): void {
    const weights = this.weights;
    if (!Array.isArray(values) || !values.every((value) => value instanceof Tensor)) {
      throw new ValueError(
        `setWeights on layer '${this.name}' takes a list of Tensors, as getWeights() gives, received ${describeValue(values)}.`,
      );
    }
    if (values.length !== weights.length) {
      throw new ValueError(
        `You called setWeights(weights) on layer '${this.name}' with a weight list of length ${values.length}, ` +
          `but the layer was expecting ${weights.length} weights.`,
      );
    }
    weights.forEach(({ name, shape }, index) => {
      const given = values[index]!.shape;
      if (!sameShape(shape, given)) {
        throw new ShapeError(
          `Layer ${this.name} weight shape ${formatShape(shape)} is not compatible with provided weight shape ` +
            `${formatShape(given)} (weight ${index}, '${name}').`,
        );
      }
    });
    weights.forEach((weight, index) => {
      weight.assign(values[index]!.data);
    });
  }

  /** Makes the weights for inputs of these shapes; does nothing when they exist. Throws as the input check does. */
  build(inputShapes: readonly Shape[]): void {
    if (this.built) return;
    this.checkInputs(inputShapes.map((shape) => ({ shape })));
    try {
      this.createWeights(inputShapes);
    } catch (error) {
      // Half of the weights would be made a second time by the next attempt.
      this.#weights.length = 0;
      throw error;
    }
    this.#buildShapes = inputShapes;
  }

  /** Applies the layer symbolically. Throws as the input check does, and ValueError when there are several outputs. */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor {
    const outputs = this.applyAll(inputs);
    if (outputs.length !== 1) {
      throw new ValueError(
        `Layer '${this.name}' has ${outputs.length} outputs: use applyAll, which returns a list.`,
      );
    }
    return outputs[0]!;
  }

  /** Applies the layer symbolically and returns all outputs (only models used as layers have several). */
  applyAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    const list: readonly SymbolicTensor[] = Array.isArray(inputs) ? [...inputs] : [inputs];
    for (const input of list) {
      if (!(input instanceof SymbolicTensor)) {
        throw new ValueError(
          `Layer '${this.name}' was applied to ${describeValue(input)}. apply() takes what input() or another layer's ` +
            'apply() returned; to compute with numbers, build a model and call predict().',
        );
      }
    }
    this.checkInputs(list);
    const shapes = list.map((input) => input.shape);
    this.build(shapes);
    return this.recordCall(list, this.computeOutputShapes(shapes));
  }

  /** Throws ValueError or ShapeError when the layer cannot take `inputs`. */
  checkInputs(inputs: readonly { readonly shape: Shape; readonly name?: string }[]): void {
    checkInputs(this, this.inputSpec, inputs);
  }

  /**
   * Applies the layer to graph nodes, whose shapes are checked; builds it if need be. One node per output. Throws
   * ValueError when `call` gives anything else.
   */
  trace(inputs: readonly Node[], context: CallContext): readonly Node[] {
    this.checkInputs(inputs);
    this.build(inputs.map((input) => input.shape));
    const result: unknown = withScope(this.name, () => this.call(inputs, context));
    const outputs: readonly unknown[] = Array.isArray(result) ? result : [result];
    return outputs.map((output) => {
      checkNode(`Layer '${this.name}' (${this.className}), its call or its activation`, output);
      return output;
    });
  }

  /** The output's shape for inputs that passed the check. Throws ShapeError when it would have no elements. */
  abstract computeOutputShape(inputShapes: readonly Shape[]): Shape;

  /** The shapes of all outputs: one, except for models used as layers. */
  computeOutputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    return [this.computeOutputShape(inputShapes)];
  }

  /** Builds the layer's part of the graph; the layer has its weights. Several nodes only from models used as layers. */
  abstract call(inputs: readonly Node[], context: CallContext): Node | readonly Node[];

  /** The options in Keras' snake_case: what files have under `config`. */
  getConfig(): Config {
    return {
      name: this.name,
      trainable: this.trainable,
      dtype: kerasObject('keras', 'DTypePolicy', { name: 'float32' }),
    };
  }

  /** Hook: makes the weights with `addWeight` and narrows `inputSpec`. Layers without weights leave it out. */
  protected createWeights(_inputShapes: readonly Shape[]): void {}

  /** Makes a variable named `layer/name`. */
  protected addWeight(options: {
    readonly name: string;
    readonly shape: readonly number[];
    readonly initializer: Initializer;
    /** False for statistics, which gradients do not change. */
    readonly trainable?: boolean;
  }): Variable {
    const { shape, trainable } = options;
    const name = `${this.name}/${options.name}`;
    const variable = new Variable({ name, shape, values: options.initializer.fill(shape), trainable });
    this.#weights.push(variable);
    return variable;
  }

  /** Notes a call and makes its outputs. */
  protected recordCall(
    inputs: readonly SymbolicTensor[],
    shapes: readonly Shape[],
  ): readonly SymbolicTensor[] {
    const outputs: SymbolicTensor[] = [];
    const call: LayerCall = { layer: this, index: this.inboundCalls.length, inputs, outputs };
    shapes.forEach((shape, index) => {
      outputs.push(new SymbolicTensor(shape, uniqueName('keras_tensor'), call, index));
    });
    this.inboundCalls.push(call);
    return outputs;
  }
}

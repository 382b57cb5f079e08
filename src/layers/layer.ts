/**
 * @file Layer, the base of everything a model is made of, and the results of applying it: symbolic tensors and calls. What it
 * owns is in weight-owner.ts.
 * Semantics and texts follow Keras 3 (`keras/src/layers/layer.py`).
 */

import { UnsupportedError, ValueError } from '../base/errors.ts';
import { uniqueName } from '../base/names.ts';
import { describeValue } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import { checkNode, type Node, withScope } from '../graph/node.ts';
import { mul } from '../ops/index.ts';
import { inverseBatchSize, placeholder } from '../ops/leaf.ts';
import type { Regularizer } from '../regularizers/regularizer.ts';
import { type CallContext, callOf, ShapeContext, TracingContext } from './call-context.ts';
import { checkInputs, type InputSpec } from './input-spec.ts';
import { inputShapeOf } from './layer-options.ts';
import { type ApplyOptions, ValueCalls } from './value-calls.ts';
import { type LayerOptions, WeightOwner } from './weight-owner.ts';

export type { CallContext } from './call-context.ts';
export type { ApplyOptions } from './value-calls.ts';
export type { LayerOptions } from './weight-owner.ts';

/** A value that a layer will compute: what `input()` and `layer.apply()` return. */
export class SymbolicTensor {
  readonly shape: Shape;
  /** What Keras' files say; numbers are floats all the same, truth values 1 and 0. */
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly name: string;
  /** The layer call that computes it. */
  readonly producer: LayerCall;
  /** Its place among the producer's outputs. */
  readonly index: number;

  constructor(
    shape: Shape,
    name: string,
    producer: LayerCall,
    index: number,
    dtype: SymbolicTensor['dtype'] = 'float32',
  ) {
    this.shape = shape;
    this.dtype = dtype;
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

/** Throws ValueError for what a layer is applied to in the place of its options, as in Keras' `add([a, b])`; returns it. */
function checkNoInputs(options: LayerOptions): LayerOptions {
  const isInput = (value: unknown) => value instanceof SymbolicTensor || value instanceof Tensor;
  const list: readonly unknown[] = Array.isArray(options) ? options : [options];
  if (!list.some(isInput)) return options;
  throw new ValueError(
    'A layer is made with its options and then applied to its inputs, as in layers.add().apply([a, b]). Received ' +
      `${describeValue(options)} in the place of the options.`,
  );
}

/** What `call` gives: one node. Models give several too, in a list or a record by the names of the outputs. */
export type CallResult = Node | readonly Node[] | { readonly [output: string]: Node };

/**
 * A step from inputs to outputs that may own weights and other layers.
 *
 * A user's own class sets the static `className` and defines `call`; its options come from `withOptions(Layer, {…})`;
 * it makes weights in `createWeights`, and says in `inputSpec` what it can take.
 */
export abstract class Layer extends WeightOwner {
  static override readonly methods: readonly string[] = ['call'];
  declare readonly dtype: 'float32';
  /** A price on the outputs whose mean over the samples is added to the loss; null without. */
  declare readonly activityRegularizer: Regularizer | null;
  /** Every `apply` so far, in order. */
  readonly inboundCalls: LayerCall[] = [];
  readonly #batchInputShape: Shape | null;
  #buildShapes: readonly Shape[] | null = null;
  protected inputSpec: InputSpec = {};
  #valueCalls: ValueCalls | null = null;

  /** Throws ValueError for an unknown, missing or wrong option, UnsupportedError for a dtype other than float32. */
  constructor(options: LayerOptions = {}) {
    super(checkNoInputs(options));
    this.#batchInputShape = inputShapeOf(this.className, options);
  }

  /** The input's shape with batch, when the options gave one: a Sequential model starts from it. */
  get batchInputShape(): Shape | null {
    return this.#batchInputShape;
  }

  override get subLayers(): readonly Layer[] {
    return super.subLayers as readonly Layer[];
  }

  /** What the layer was first applied to. Throws ValueError before that, and when that were several tensors. */
  get input(): SymbolicTensor {
    return onlyTensor(this, 'input', this.inboundCalls[0]?.inputs);
  }

  /** The result of the layer's first call. Throws ValueError before that, and for several results. */
  get output(): SymbolicTensor {
    return onlyTensor(this, 'output', this.inboundCalls[0]?.outputs);
  }

  override get built(): boolean {
    return this.#buildShapes !== null;
  }

  /** The input shapes the layer was built for; null before that. */
  get buildShapes(): readonly Shape[] | null {
    return this.#buildShapes;
  }

  /** Makes the weights for inputs of these shapes; does nothing when they exist. Throws as the input check and `call` do. */
  build(inputShapes: readonly Shape[]): void {
    if (!this.built) this.#buildFor(inputShapes);
  }

  /** Makes the weights, of layers inside too, and returns the outputs' shapes. */
  #buildFor(inputShapes: readonly Shape[]): readonly Shape[] {
    this.checkInputs(inputShapes.map((shape) => ({ shape })));
    try {
      this.createWeights(inputShapes);
      this.#buildShapes = inputShapes;
      return this.#traceShapes(inputShapes);
    } catch (error) {
      // Otherwise the next attempt would make some of the weights a second time.
      this.dropWeights();
      this.#buildShapes = null;
      throw error;
    }
  }

  #traceShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    const inputs = inputShapes.map((shape, i) => placeholder({ shape, name: `input_${i}` }));
    return this.trace(inputs, new ShapeContext()).map((output) => output.shape);
  }

  /**
   * Applies the layer. Symbolic tensors give a symbolic tensor. Tensors (of any element type) give a Promise of the result
   * in float32, computed by the current engine; the call is compiled for their shapes, and the last few are kept. Calls
   * draw random numbers in the order in which they are made.
   *
   * Throws as the input check does, ValueError when there are several outputs, or when a number is NaN or infinite, and
   * UnsupportedError for symbolic tensors with `training`.
   */
  apply(inputs: SymbolicTensor | readonly SymbolicTensor[]): SymbolicTensor;
  apply(inputs: Tensor | readonly Tensor[], options?: ApplyOptions): Promise<Tensor>;
  apply(
    inputs: SymbolicTensor | Tensor | readonly (SymbolicTensor | Tensor)[],
    options: ApplyOptions = {},
  ): SymbolicTensor | Promise<Tensor> {
    const list: readonly unknown[] = Array.isArray(inputs) ? inputs : [inputs];
    const isValue = (input: unknown): input is Tensor => input instanceof Tensor;
    if (list.length > 0 && list.every(isValue)) {
      this.#valueCalls ??= new ValueCalls(this);
      return this.#valueCalls.run(list, options);
    }
    if (options.training !== undefined) {
      throw new UnsupportedError(
        `Layer '${this.name}': apply() takes \`training\` for Tensors only. In a model, layers train in fit() and not in ` +
          'evaluate() and predict().',
      );
    }
    const outputs = this.applyAll(inputs as SymbolicTensor);
    if (outputs.length !== 1) {
      throw new ValueError(
        `Layer '${this.name}' has ${outputs.length} outputs: use applyAll, which returns a list.`,
      );
    }
    return outputs[0]!;
  }

  /** The rank of one sample, where `apply` takes a Tensor of a single one; null where it takes batches only. */
  get sampleRank(): number | null {
    return null;
  }

  /** Applies the layer symbolically and returns all outputs (only models used as layers have several). */
  applyAll(inputs: SymbolicTensor | readonly SymbolicTensor[]): readonly SymbolicTensor[] {
    const list: readonly SymbolicTensor[] = Array.isArray(inputs) ? [...inputs] : [inputs];
    for (const input of list) {
      if (!(input instanceof SymbolicTensor)) {
        throw new ValueError(
          `Layer '${this.name}' was applied to ${describeValue(input)}. apply() takes what input() or another layer's ` +
            'apply() returned, or Tensors alone.',
        );
      }
    }
    this.checkInputs(list);
    const shapes = list.map((input) => input.shape);
    return this.recordCall(list, this.built ? this.computeOutputShapes(shapes) : this.#buildFor(shapes));
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
    return this.traceCall(inputs, context);
  }

  /** `trace` without its checks. */
  protected traceCall(inputs: readonly Node[], context: CallContext): readonly Node[] {
    const result: unknown = withScope(this.name, () => callOf(this, () => this.call(inputs, context)));
    const outputs = this.outputsOf(result).map((output) => {
      checkNode(`Layer '${this.name}' (${this.className}), its call or its activation`, output);
      // A mean over the samples, so that its weight does not depend on the batch size.
      if (this.activityRegularizer !== null)
        context.addLoss(mul(this.activityRegularizer.call(output), inverseBatchSize()));
      return output;
    });
    if (context instanceof TracingContext) context.onCall(this, inputs, outputs);
    return outputs;
  }

  /** Hook: the result of `call` as a list. */
  protected outputsOf(result: unknown): readonly unknown[] {
    return Array.isArray(result) ? result : [result];
  }

  /** The output's shape for inputs that pass the check. Throws ShapeError when it would have no elements. */
  computeOutputShape(inputShapes: readonly Shape[]): Shape {
    return this.computeOutputShapes(inputShapes)[0]!;
  }

  /** The shapes of all outputs: one, except for models used as layers. Makes the weights if need be. */
  computeOutputShapes(inputShapes: readonly Shape[]): readonly Shape[] {
    return this.built ? this.#traceShapes(inputShapes) : this.#buildFor(inputShapes);
  }

  /** Builds the layer's part of the graph; the layer has its weights. Several nodes only from models used as layers. */
  abstract call(inputs: readonly Node[], context: CallContext): CallResult;

  /** Hook: makes the weights with `addWeight` and narrows `inputSpec`. Layers without weights leave it out. */
  protected createWeights(_inputShapes: readonly Shape[]): void {}

  /** The type of the outputs, for files. */
  protected get outputDType(): SymbolicTensor['dtype'] {
    return 'float32';
  }

  /** Notes a call and makes its outputs. */
  protected recordCall(
    inputs: readonly SymbolicTensor[],
    shapes: readonly Shape[],
  ): readonly SymbolicTensor[] {
    const outputs: SymbolicTensor[] = [];
    const call: LayerCall = { layer: this, index: this.inboundCalls.length, inputs, outputs };
    shapes.forEach((shape, index) => {
      outputs.push(new SymbolicTensor(shape, uniqueName('keras_tensor'), call, index, this.outputDType));
    });
    this.inboundCalls.push(call);
    return outputs;
  }
}

/** The one tensor of a list. Throws ValueError without a list, and for any other number of tensors. */
export function onlyTensor(
  { name }: { readonly name: string },
  what: 'input' | 'output',
  tensors: readonly SymbolicTensor[] | undefined,
): SymbolicTensor {
  if (tensors === undefined) {
    throw new ValueError(
      `The layer ${name} has never been called and thus has no defined ${what}. Apply it to what input() returned, or ` +
        'put it into a model.',
    );
  }
  if (tensors.length === 1) return tensors[0]!;
  throw new ValueError(
    `The layer ${name} has ${tensors.length} ${what}s and no single ${what}: use inboundCalls[0].${what}s, of a model ${what}s.`,
  );
}

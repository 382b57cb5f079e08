/** @file Sequential: a stack of layers, one input and one output each (Keras' `models/sequential.py`). */

import type { Config } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { uniqueName } from '../base/names.ts';
import { checkOptionNames, describeValue } from '../base/options.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import { InputLayer } from '../layers/input-layer.ts';
import { Layer, SymbolicTensor } from '../layers/layer.ts';
import { checkBatchShape } from '../layers/layer-options.ts';
import { GraphModel } from './graph-model.ts';
import { type LayerGraph, mapGraph } from './layer-graph.ts';
import { Model } from './model.ts';
import type { ModelOptions } from './model-structure.ts';
import { serializeLayer } from './serialize.ts';

export interface SequentialOptions extends ModelOptions {
  readonly layers?: readonly (Layer | SymbolicTensor)[];
}

/**
 * Layers one after the other. With an input shape (of `input()`, or the first layer's `inputShape`) the layers get their
 * weights as they are added; without, when `build`, `fit`, `evaluate` or `predict` first see a shape.
 */
export class Sequential extends GraphModel {
  static override readonly className = 'Sequential';
  /** The layers, an InputLayer first once the shape is known. */
  readonly #stack: Layer[] = [];
  /** The input and the outputs of all layers; empty while the shape is not known. */
  readonly #tensors: SymbolicTensor[] = [];
  readonly #names = new Set<string>();
  /** Made at the first use, so that a stack of thousands of layers is not mapped again after each `add`. */
  #graph: LayerGraph | null = null;

  constructor(options: SequentialOptions = {}) {
    checkOptionNames('Sequential', options, ['layers', 'name', 'trainable']);
    const { layers = [], ...rest } = options;
    super(rest);
    if (!Array.isArray(layers)) {
      throw new ValueError(`Sequential: layers must be a list of layers, received ${describeValue(layers)}.`);
    }
    for (const layer of layers) this.add(layer);
    if (rest.trainable === false) this.trainable = false;
  }

  override get layers(): readonly Layer[] {
    return this.#stack[0] instanceof InputLayer ? this.#stack.slice(1) : this.#stack.slice();
  }

  override get graph(): LayerGraph | null {
    if (this.#tensors.length < 2) return null;
    this.#graph ??= mapGraph([this.#tensors[0]!], [this.#tensors.at(-1)!]);
    return this.#graph;
  }

  override get built(): boolean {
    return this.#tensors.length >= 2;
  }

  override get inputForm(): 'one' {
    return 'one';
  }

  override get outputForm(): 'one' {
    return 'one';
  }

  /**
   * Puts a layer on top. Throws ValueError for anything that is no layer and for a name that is there already, and what
   * the layer throws when it cannot take the output so far; the stack is not changed then.
   */
  add(layer: Layer | SymbolicTensor): void {
    const added = layer instanceof SymbolicTensor ? layer.producer.layer : layer;
    this.#checkNew(added);
    if (this.#stack.length === 0 && !(added instanceof InputLayer) && added.batchInputShape !== null) {
      const source = new InputLayer({ batchShape: added.batchInputShape });
      this.#checkName(source, [added.name]);
      this.#push(source);
    }
    if (this.#tensors.length === 0) {
      this.#push(added);
      this.#buildIfKnown();
    } else {
      this.#tensors.push(added.apply(this.#tensors.at(-1)!));
      this.#push(added);
      this.#changed();
    }
  }

  /** Takes the last layer off and returns it; undefined when there is none. */
  pop(): Layer | undefined {
    const layer = this.#stack.at(-1);
    this.#shorten(this.#stack.length - 1);
    this.#tensors.length = Math.min(this.#tensors.length, this.#stack.length);
    if (this.#tensors.length < 2) this.#tensors.length = 0;
    else this.#changed();
    return layer;
  }

  #push(layer: Layer): void {
    this.#stack.push(layer);
    this.#names.add(layer.name);
  }

  #shorten(length: number): void {
    for (const { name } of this.#stack.splice(Math.max(0, length))) this.#names.delete(name);
  }

  override build(inputShapes: Shape | readonly Shape[]): void {
    const shape = singleShape(this.name, inputShapes);
    const [first] = this.#stack;
    if (first === undefined) {
      throw new ValueError(
        `Sequential model ${this.name} cannot be built because it has no layers. Call \`model.add(layer)\`.`,
      );
    }
    const known = first instanceof InputLayer ? first.batchShape : null;
    if (this.built && this.isShapeless && known?.length === shape.length) return;
    if (known !== null && !sameShape(known, shape)) {
      throw new ValueError(
        `Sequential model '${this.name}' has already been configured to use input shape ${formatShape(known)}. ` +
          `You cannot build it with input_shape ${formatShape(shape)}.`,
      );
    }
    if (this.built) return;
    const source = first instanceof InputLayer ? first : new InputLayer({ batchShape: shape });
    this.#connect(source);
  }

  /** The result of its first call, inside of another model; else its own output, as of models that are not called. */
  override get output(): SymbolicTensor {
    return this.inboundCalls[0]?.outputs[0] ?? super.output;
  }

  /** What it was first applied to, inside of another model; else its own input. */
  override get input(): SymbolicTensor {
    return this.inboundCalls[0]?.inputs[0] ?? super.input;
  }

  /** In Keras' form: what files have under `config`. */
  override getConfig(): Config {
    const config: Config = { ...super.getConfig(), layers: this.#stack.map(serializeLayer) };
    const [first] = this.#stack;
    if (!this.built || !(first instanceof InputLayer)) return config;
    return { ...config, build_input_shape: first.batchShape };
  }

  #checkNew(layer: unknown): asserts layer is Layer {
    if (!(layer instanceof Layer)) {
      throw new ValueError(
        `Only instances of \`Layer\` can be added to a Sequential model. Received: ${describeValue(layer)} ` +
          `(of type ${typeof layer}).`,
      );
    }
    this.#checkName(layer, []);
    const [first] = this.#stack;
    if (layer instanceof InputLayer && first !== undefined) {
      const known = first instanceof InputLayer ? ` to use input shape ${formatShape(first.batchShape)}` : '';
      throw new ValueError(
        `Sequential model '${this.name}' has already been configured${known}. You cannot add a different Input layer ` +
          'to it: an input comes first.',
      );
    }
  }

  #checkName({ name }: Layer, others: readonly string[]): void {
    if (!this.#names.has(name) && !others.includes(name)) return;
    throw new ValueError(
      `All layers added to a Sequential model should have unique names. Name '${name}' is already the name of a ` +
        'layer in this model. Update the `name` argument to pass a unique name.',
    );
  }

  #buildIfKnown(): void {
    const [first] = this.#stack;
    if (this.#stack.length < 2) return;
    if (first instanceof InputLayer) this.#connect(first);
    else if (first instanceof Model && first.graph !== null)
      this.build(first.inputs.map((input) => input.shape));
  }

  /** Applies all layers, one after the other, to the input; changes nothing when one cannot take its input. */
  #connect(source: InputLayer): void {
    const isNew = this.#stack[0] !== source;
    if (isNew) this.#checkName(source, []);
    const tensors = [source.output];
    try {
      for (const layer of this.layers) tensors.push(layer.apply(tensors.at(-1)!));
    } catch (error) {
      // When this fails, layers that add() put on top of an input do not belong to the stack.
      if (!isNew) this.#shorten(tensors.length);
      throw error;
    }
    if (isNew) {
      this.#stack.unshift(source);
      this.#names.add(source.name);
    }
    this.#tensors.push(...tensors);
    this.#changed();
  }

  #changed(): void {
    this.#graph = null;
    // Keras makes a hidden Functional each time. Its name is taken here too, so that later models get the same names as
    // in Keras.
    uniqueName('functional');
  }
}

function singleShape(name: string, shapes: Shape | readonly Shape[]): Shape {
  const shape = Array.isArray(shapes[0]) ? (shapes.length === 1 ? shapes[0] : null) : shapes;
  if (shape === null) {
    throw new ValueError(`Sequential model '${name}' takes one input, received ${shapes.length} shapes.`);
  }
  return checkBatchShape(name, shape as Shape);
}

/**
 * An empty stack of layers, or one of the given layers: `sequential()`, `sequential([…])`, `sequential({ layers, name })`.
 */
export function sequential(
  options: SequentialOptions | readonly (Layer | SymbolicTensor)[] = {},
): Sequential {
  return new Sequential(Array.isArray(options) ? { layers: options } : (options as SequentialOptions));
}

/** @file What a model is made of: layers, inputs, outputs and their names. */

import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { InputSpec } from '../layers/input-spec.ts';
import { Layer, type LayerOptions, onlyTensor, type SymbolicTensor } from '../layers/layer.ts';
import { checkBatchShape } from '../layers/layer-options.ts';
import { graphOfCall, type LayerGraph } from './layer-graph.ts';
import { type Flattened, isRecord, type Structure, sortedNames } from './structure.ts';

/** Options of every model. */
export interface ModelOptions {
  /** Default: the class name in snake case, numbered: `sequential`, `sequential_1`. */
  readonly name?: string;
  /** False freezes all layers. Default true. */
  readonly trainable?: boolean;
}

/** The names that a record or a list of data gives to a model's inputs; null for a single array. */
function namesOfInputs(data: unknown): readonly string[] | null {
  if (isRecord(data)) return sortedNames(data);
  const isList = Array.isArray(data) && data.some((item) => item instanceof Tensor);
  return isList ? data.map((_, i) => `input_${i + 1}`) : null;
}

/** Layers from inputs to outputs, usable as a layer. Without a graph of layers, `call` says what they compute. */
export abstract class ModelStructure extends Layer {
  protected override inputSpec: InputSpec = { inputs: 'any' };
  // Of a model that defines `call`: known when it is built.
  #ownGraph: LayerGraph | null = null;
  #ownInputNames: readonly string[] | null = null;
  #ownOutputForm: Flattened<unknown>['form'] = 'one';

  /** Throws ValueError for an unknown option. */
  constructor(options: ModelOptions = {}) {
    super(options as LayerOptions);
  }

  /** The layers in order: those that are tracked, and those in public properties and in lists in them. */
  get layers(): readonly Layer[] {
    return this.subLayers;
  }

  /** The calls from inputs to outputs; null while the model does not know its input's shape. */
  get graph(): LayerGraph | null {
    const shapes = super.buildShapes;
    if (shapes === null) return null;
    this.#ownGraph ??= graphOfCall(this, this.inputNames, shapes, super.computeOutputShapes(shapes));
    return this.#ownGraph;
  }

  /** How the outputs are arranged, for `predict` and targets. */
  get outputForm(): Flattened<unknown>['form'] {
    return this.#ownOutputForm;
  }

  /** How the inputs are arranged. */
  get inputForm(): Flattened<unknown>['form'] {
    return this.inputNames.length === 1 ? 'one' : this.inputNames;
  }

  /** Makes the weights for data of this shape, batch included (`[null, 28, 28, 1]`), where that is still open. */
  override build(inputShapes: Shape | readonly Shape[]): void {
    const list = (Array.isArray(inputShapes[0]) ? inputShapes : [inputShapes]) as readonly Shape[];
    // A batch may have any size, whatever size the first one has.
    super.build(list.map((shape) => [null, ...checkBatchShape(this.className, shape).slice(1)]));
  }

  /** True for models made of a graph of layers; false for those that say in `call` what they compute. */
  get isGraph(): boolean {
    return false;
  }

  /** The symbolic inputs. Throws ValueError while the input's shape is not known. */
  get inputs(): readonly SymbolicTensor[] {
    return this.known('inputs').inputs;
  }

  /** The symbolic outputs. Throws ValueError while the input's shape is not known. */
  get outputs(): readonly SymbolicTensor[] {
    return this.known('outputs').outputs;
  }

  /** The model's only input. Throws ValueError for several, and while its shape is not known. */
  override get input(): SymbolicTensor {
    return onlyTensor(this, 'input', this.known('inputs').inputs);
  }

  /** The model's only output. Throws ValueError for several, and while the input's shape is not known. */
  override get output(): SymbolicTensor {
    return onlyTensor(this, 'output', this.known('outputs').outputs);
  }

  /**
   * Names of the outputs, as losses, metrics and logs use them: of the record that `call` gives, else `output_1`,
   * `output_2`, …; in a graph, of the record of outputs, else of the layers.
   */
  get outputNames(): readonly string[] {
    const { graph, outputForm } = this;
    if (typeof outputForm !== 'string') return outputForm;
    return graph === null ? ['output_1'] : graph.outputs.map((_, i) => `output_${i + 1}`);
  }

  /**
   * Names of the inputs: of the record that the model was first given, else `input_1`, `input_2`, …; in a graph, of the
   * record of inputs, else of the input layers.
   */
  get inputNames(): readonly string[] {
    const count = super.buildShapes?.length ?? 1;
    return this.#ownInputNames ?? Array.from({ length: count }, (_, i) => `input_${i + 1}`);
  }

  /** Does `work` with the names of the inputs that data has, where nothing else says them, and keeps them if it succeeds. */
  withInputsOf(data: unknown, work: () => void): void {
    const before = this.#ownInputNames;
    const names = this.isGraph || before !== null ? null : namesOfInputs(data);
    // Built by a file, or by `build`, the model knows how many inputs it has, but not their names.
    const fits = names !== null && (!this.built || names.length === super.buildShapes!.length);
    if (fits) this.#rename(names);
    try {
      work();
    } catch (error) {
      if (fits) this.#rename(before);
      throw error;
    }
  }

  #rename(names: readonly string[] | null): void {
    this.#ownInputNames = names;
    this.#ownGraph = null;
  }

  /** The graph. Throws ValueError while the input's shape is not known. */
  protected known(what: string): LayerGraph {
    const { graph } = this;
    if (graph === null) {
      throw new ValueError(
        `${this.className} model '${this.name}' has no defined ${what} yet. Call build([null, ...sample shape]), give the ` +
          'first layer an inputShape, or call fit() first.',
      );
    }
    return graph;
  }

  override get subLayers(): readonly Layer[] {
    for (const value of Object.values(this)) {
      for (const each of Array.isArray(value) ? value : [value]) if (each instanceof Layer) this.track(each);
    }
    return super.subLayers;
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  /** Sets it for all layers inside, too. */
  override set trainable(value: boolean) {
    super.trainable = value;
    for (const layer of this.layers) layer.trainable = value;
  }

  /** Models take a single sample where one of their layers, such as a preprocessing layer, does. */
  override get sampleRank(): number | null {
    return this.layers.find((layer) => layer.sampleRank !== null)?.sampleRank ?? null;
  }

  /** The layer of that name, or at that place in `layers`. Throws ValueError when there is none. */
  getLayer(nameOrIndex: string | number): Layer {
    const { layers } = this;
    if (typeof nameOrIndex === 'number') {
      const layer = Number.isInteger(nameOrIndex) ? layers.at(nameOrIndex) : undefined;
      if (layer !== undefined) return layer;
      throw new ValueError(
        `Was asked to retrieve layer at index ${nameOrIndex} but model only has ${layers.length} layers.`,
      );
    }
    if (typeof nameOrIndex !== 'string')
      throw new ValueError('Provide either a layer name or layer index at `getLayer`.');
    const found = layers.find((layer) => layer.name === nameOrIndex);
    if (found !== undefined) return found;
    const names = layers.map((layer) => `'${layer.name}'`).join(', ');
    throw new ValueError(`No such layer: ${nameOrIndex}. Existing layers are: [${names}].`);
  }

  /** Applies the model as a layer to a tensor, or to several in a list or a record by the names of its inputs. */
  override applyAll(inputs: Structure<SymbolicTensor>): readonly SymbolicTensor[] {
    return super.applyAll(isRecord(inputs) ? this.#inOrder(inputs) : inputs);
  }

  #inOrder(inputs: Readonly<Record<string, unknown>>): readonly SymbolicTensor[] {
    const names = this.inputNames;
    const given = Object.keys(inputs);
    if (given.length === names.length && names.every((name) => name in inputs)) {
      return names.map((name) => inputs[name] as SymbolicTensor);
    }
    throw new ValueError(
      `Model '${this.name}' has the inputs ${names.map((name) => `'${name}'`).join(', ')}, but was applied to a record of ` +
        `${given.map((name) => `'${name}'`).join(', ')}.`,
    );
  }

  /** Takes the result of `call` apart: a node, a list of nodes, or a record of nodes, whose names are the outputs'. */
  protected override outputsOf(result: unknown): readonly unknown[] {
    if (!isRecord(result) || 'op' in result) {
      this.#ownOutputForm = Array.isArray(result) ? 'list' : 'one';
      return super.outputsOf(result);
    }
    const names = sortedNames(result);
    this.#ownOutputForm = names;
    return names.map((name) => result[name]);
  }
}

/** @file Functional: a model of any graph of layers (Keras' `models/functional.py`). */

import type { Config, ConfigValue } from '../base/config.ts';
import { ValueError } from '../base/errors.ts';
import { checkOptionNames } from '../base/options.ts';
import { formatShape, type Shape } from '../base/shape.ts';
import type { Tensor } from '../base/tensor.ts';
import { type Layer, SymbolicTensor } from '../layers/layer.ts';
import { Operation } from '../operations/operation.ts';
import { GraphModel } from './graph-model.ts';
import { detach, type LayerGraph, mapGraph } from './layer-graph.ts';
import type { ModelOptions } from './model-structure.ts';
import { graphConfig } from './serialize.ts';
import { type Flattened, flatten, type Structure } from './structure.ts';
import type { DataInput, DatasetLike } from './training/data-types.ts';
import type { PredictOptions } from './training/run-options.ts';
import type { Prediction } from './training/trained-model.ts';

export interface FunctionalOptions<O extends Structure<SymbolicTensor> = Structure<SymbolicTensor>>
  extends ModelOptions {
  /**
   * The tensor that `input()` returned; a list or record of them for several inputs. Other symbolic tensors become new
   * inputs.
   */
  readonly inputs: Structure<SymbolicTensor>;
  /**
   * The tensors that layers' `apply()` returned. `predict` gives Tensors in the same arrangement, but one Tensor for a
   * list of one.
   */
  readonly outputs: O;
}

/** What `predict` gives for outputs arranged as `O`: one Tensor for one, a tuple for a list, a record for a record. */
export type PredictionOf<O> = O extends SymbolicTensor | readonly [SymbolicTensor]
  ? Tensor
  : O extends readonly SymbolicTensor[]
    ? { -readonly [K in keyof O]: Tensor }
    : { [K in keyof O]: Tensor };

/** All layers between given inputs and outputs. Its layers may be shared with other models. */
export class Functional<P extends Prediction = Tensor> extends GraphModel {
  static override readonly className = 'Functional';
  override readonly graph: LayerGraph;
  override readonly inputForm: Flattened<unknown>['form'];
  /** The arrangement in which `predict` gives the outputs: one Tensor for a list of one. */
  override readonly outputForm: Flattened<unknown>['form'];
  readonly #layers: readonly Layer[];
  /** The arrangement as it was given: files keep a list of one. */
  readonly #givenOutputForm: Flattened<unknown>['form'];

  /**
   * Throws ValueError when an output does not depend on the given inputs alone, when two layers have one name, and for
   * anything that is not a symbolic tensor.
   */
  constructor(options: FunctionalOptions) {
    checkOptionNames('model', options, ['inputs', 'outputs', 'name', 'trainable']);
    const { inputs, outputs, trainable, ...rest } = options;
    const given = flatten(inputs, isSymbolic, 'inputs');
    const wanted = flatten(outputs, isSymbolic, 'outputs');
    if (new Set(given.values).size !== given.values.length) {
      throw new ValueError('`inputs` names the same tensor twice; give each input once.');
    }
    const ends = detach(given.values, wanted.values);
    const graph = mapGraph(ends.inputs, ends.outputs);
    super(rest);
    this.graph = graph;
    this.#layers = graph.layers.filter((layer) => !(layer instanceof Operation));
    this.inputForm = given.form;
    this.outputForm = wanted.form === 'list' && wanted.values.length === 1 ? 'one' : wanted.form;
    this.#givenOutputForm = wanted.form;
    if (trainable === false) this.trainable = false;
  }

  /** Without the operations, which are nodes of the graph only. */
  override get layers(): readonly Layer[] {
    return this.#layers;
  }

  /** The weights are there from the start: checks the shapes only. */
  override build(inputShapes: Shape | readonly Shape[]): void {
    const list = (Array.isArray(inputShapes[0]) ? inputShapes : [inputShapes]) as readonly Shape[];
    this.checkInputs(list.map((shape) => ({ shape })));
  }

  /** The outputs for any number of samples, computed in batches, arranged as `outputs` were given. */
  override predict<T extends Prediction = P>(
    x: DataInput | DatasetLike,
    options?: PredictOptions,
  ): Promise<T> {
    return super.predict<T>(x, options);
  }

  /** The outputs for one batch, arranged as `outputs` were given. */
  override predictOnBatch<T extends Prediction = P>(x: DataInput): Promise<T> {
    return super.predictOnBatch<T>(x);
  }

  /** In Keras' form: what files have under `config`. */
  override getConfig(): Config {
    const { name, trainable, graph, inputForm } = this;
    const config: Record<string, ConfigValue> = { name, trainable };
    return { ...config, ...graphConfig(graph, inputForm, this.#givenOutputForm) };
  }

  /** `<Functional name=…, inputs=…, outputs=…>`, for messages. */
  override toString(): string {
    const shapes = (tensors: readonly SymbolicTensor[]) =>
      tensors.map(({ shape }) => formatShape(shape)).join(', ');
    return `<Functional name=${this.name}, inputs=${shapes(this.inputs)}, outputs=${shapes(this.outputs)}>`;
  }
}

function isSymbolic(value: unknown): value is SymbolicTensor {
  return value instanceof SymbolicTensor;
}

/** A model of the layers between `inputs` and `outputs`. Throws as the class does. */
export function model<const O extends Structure<SymbolicTensor>>(
  options: FunctionalOptions<O>,
): Functional<PredictionOf<O> & Prediction> {
  return new Functional(options);
}

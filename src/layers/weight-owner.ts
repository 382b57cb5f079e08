/**
 * @file What a layer owns: weights, layers inside, and whether `fit` may change them. Semantics and texts follow Keras 3
 * (`keras/src/layers/layer.py`).
 */

import { ShapeError, ValueError } from '../base/errors.ts';
import { booleanOption, describeValue } from '../base/options.ts';
import { formatShape, sameShape } from '../base/shape.ts';
import { Tensor } from '../base/tensor.ts';
import type { Variable } from '../graph/variable.ts';
import { Configurable, takesOptions } from '../options/configurable.ts';
import type { OptionsOf } from '../options/option.ts';
import { LAYER_OPTIONS } from './layer-options.ts';
import { makeWeight, type WeightOptions } from './make-weight.ts';

/** Options that every layer takes. */
export type LayerOptions = OptionsOf<typeof LAYER_OPTIONS>;

/** Which layers train. */
export type TrainableStates = ReadonlyMap<WeightOwner, boolean>;

/** Owns weights, and layers that own weights. */
export abstract class WeightOwner extends takesOptions(Configurable, LAYER_OPTIONS) {
  declare readonly name: string;
  /** Whether the name is the class' with a number, because none was chosen. */
  hasAutomaticName: boolean;
  #trainable: boolean;
  readonly #ownWeights: Variable[] = [];
  readonly #subLayers: WeightOwner[] = [];

  constructor(options: LayerOptions) {
    super(options);
    this.hasAutomaticName = (options.name ?? null) === null;
    this.#trainable = options.trainable ?? true;
  }

  /** Whether the weights exist. */
  abstract get built(): boolean;

  /**
   * Whether `fit` may change the weights. Set it before `compile`: a model that has trained goes on as it was compiled, with a
   * warning, until it is compiled again. Where a model has a part that was compiled before to train alone, the part still
   * trains alone when it is frozen in the model.
   */
  get trainable(): boolean {
    return this.#trainable;
  }

  /** Sets it for all layers inside, too. */
  set trainable(value: boolean) {
    this.#trainable = booleanOption(this.className, 'trainable', value, true);
    for (const layer of this.#subLayers) layer.trainable = value;
  }

  /** `trainable` of this layer and of all layers inside. */
  get trainableStates(): TrainableStates {
    const inside = this.subLayers.flatMap((layer) => [...layer.trainableStates]);
    return new Map<WeightOwner, boolean>([[this, this.trainable], ...inside]);
  }

  /** Does `work` while layers have other values of `trainable`. Layers that `states` do not name keep theirs. */
  static withTrainable<T>(states: TrainableStates, work: () => T): T {
    const before = [...states.keys()].map((layer) => [layer, layer.#trainable] as const);
    for (const [layer, value] of states) layer.#trainable = value;
    try {
      return work();
    } finally {
      for (const [layer, value] of before) layer.#trainable = value;
    }
  }

  /** The layers inside, in the order in which they were tracked; a model's are its `layers`. */
  get subLayers(): readonly WeightOwner[] {
    return this.#subLayers;
  }

  /**
   * Makes `layer` a part of this one, which then owns, freezes, saves and shows its weights; returns it. To be called
   * where a property is set: `readonly conv = this.track(layers.conv2d({ … }))`. Files name the layer after the
   * property. Throws ValueError when `layer` is not a layer, and for this layer itself.
   */
  protected track<L extends WeightOwner>(layer: L): L {
    if (!(layer instanceof WeightOwner) || (layer as WeightOwner) === this) {
      throw new ValueError(
        `Layer '${this.name}' (${this.className}): track() takes another layer, received ${describeValue(layer)}.`,
      );
    }
    if (!this.#subLayers.includes(layer)) {
      this.#subLayers.push(layer);
      if (!this.#trainable) layer.trainable = false;
    }
    return layer;
  }

  /** The variables of the layer itself, without those of layers inside: trained ones first, then statistics. */
  get ownWeights(): readonly Variable[] {
    const own = this.#ownWeights;
    return [...own.filter((weight) => weight.trainable), ...own.filter((weight) => !weight.trainable)];
  }

  /** All variables, each once: the layer's own, then those of the layers inside. */
  get weights(): readonly Variable[] {
    return [...new Set([...this.ownWeights, ...this.subLayers.flatMap((layer) => layer.weights)])];
  }

  /**
   * The variables that `fit` changes by gradients: none while the layer itself is frozen. Of layers inside of it each counts by its own
   * `trainable`, as in Keras 3: a layer that is set free in a frozen base trains in the model around the base.
   */
  get trainableWeights(): readonly Variable[] {
    return this.trainable ? [...new Set(this.#openWeights())] : [];
  }

  #openWeights(): readonly Variable[] {
    const own = this.trainable ? this.ownWeights.filter((weight) => weight.trainable) : [];
    return [...own, ...this.subLayers.flatMap((layer) => layer.#openWeights())];
  }

  /** The variables that `fit` does not change by gradients. */
  get nonTrainableWeights(): readonly Variable[] {
    const trained = new Set(this.trainableWeights);
    return this.weights.filter((weight) => !trained.has(weight));
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
          `but the layer was expecting ${weights.length} weights. Give a list as getWeights() does.`,
      );
    }
    weights.forEach(({ name, shape }, index) => {
      const given = values[index]!.shape;
      if (!sameShape(shape, given)) {
        throw new ShapeError(
          `Layer ${this.name} weight shape ${formatShape(shape)} is not compatible with provided weight shape ` +
            `${formatShape(given)} (weight ${index}, '${name}'). Give them in the order of getWeights().`,
        );
      }
    });
    weights.forEach((weight, index) => {
      weight.assign(values[index]!.data);
    });
  }

  /**
   * Makes a variable named `layer/name`. Throws ValueError for unknown or wrong options, ShapeError for a shape with an
   * extent that is no whole number from 1 up.
   */
  protected addWeight(options: WeightOptions): Variable {
    const variable = makeWeight(this, options);
    this.#ownWeights.push(variable);
    return variable;
  }

  /** Forgets the weights of the layer itself, which is not built any more. */
  protected dropWeights(): void {
    this.#ownWeights.length = 0;
  }
}

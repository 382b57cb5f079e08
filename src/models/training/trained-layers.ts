/** @file Which layers of a compiled model train, though `trainable` of layers may be changed later, or by other models. */

import { type TrainableStates, WeightOwner } from '../../layers/weight-owner.ts';

/** A number for each model, since layers must not keep models in memory. */
const numbers = new WeakMap<WeightOwner, number>();
let models = 0;
/** For each layer, the number of the model that was compiled last with it. */
const compiledLast = new WeakMap<WeightOwner, number>();

function numberOf(model: WeightOwner): number {
  const known = numbers.get(model);
  if (known !== undefined) return known;
  numbers.set(model, models);
  return models++;
}

/**
 * Which layers train from one `compile` to the next. As in Keras it is settled when the first training step is made; until then
 * a change of `trainable` counts. But a change for the sake of another model, which was compiled with the layer since,
 * does not: so the parts of a generative adversarial network can train apart and frozen in each other's turn.
 */
export class TrainedLayers {
  readonly #model: WeightOwner;
  readonly #atCompile: TrainableStates;
  /** What changes are told from. */
  #told: TrainableStates;
  #settled: TrainableStates | null = null;

  /** To be made by `compile`. */
  constructor(model: WeightOwner) {
    this.#model = model;
    this.#atCompile = model.trainableStates;
    this.#told = this.#atCompile;
    for (const layer of this.#atCompile.keys()) compiledLast.set(layer, numberOf(model));
  }

  get states(): TrainableStates {
    if (this.#settled !== null) return this.#settled;
    const own = numberOf(this.#model);
    const now = [...this.#model.trainableStates].map(([layer, value]) => {
      const other = (compiledLast.get(layer) ?? own) !== own;
      return [layer, other ? (this.#atCompile.get(layer) ?? value) : value] as const;
    });
    return new Map(now);
  }

  /** To be called when a training step is made. */
  settle(): void {
    this.#settled = this.states;
  }

  /** Does `work` while `trainable` of the layers is what it is for this model. */
  during<T>(work: () => T): T {
    return WeightOwner.withTrainable(this.states, work);
  }

  /** Names of layers that were frozen or set free since `compile`; each change is told once. */
  changes(): string[] {
    const now = this.#model.trainableStates;
    const changed = [...now].filter(([layer, value]) => (this.#told.get(layer) ?? value) !== value);
    this.#told = now;
    return changed.map(([{ name }]) => name);
  }
}

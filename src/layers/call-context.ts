/**
 * @file CallContext: what a layer can get from the step that it is traced into, and what it can add to the step besides
 * its result.
 */

import { ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { RandomGenerator } from '../base/random.ts';
import type { Shape } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { broadcastTo, constant } from '../ops/index.ts';
import { variableNode } from '../ops/leaf.ts';
import { normalOfUniform } from '../ops/random-normal.ts';

/** What a context needs of a layer. */
export interface Callable {
  readonly name: string;
  readonly subLayers: readonly Callable[];
  readonly weights: readonly Variable[];
  trace(inputs: readonly Node[], context: CallContext): readonly Node[];
}

/** How random numbers differ between samples. */
export interface RandomOptions {
  /** All samples of a batch get the same numbers. Default false. */
  readonly shared?: boolean;
}

/** What a layer can get from the step that it is traced into, and what it can add to the step besides its result. */
export interface CallContext {
  /** True while training: dropout drops, batch normalisation uses the batch's statistics. */
  readonly training: boolean;
  /**
   * Uniform random numbers in [0, 1) of a batched `shape`, new ones each step; each call gets a stream of its own. With a
   * `seed` the stream is the same in every run, without it follows from `utils.setRandomSeed`.
   */
  random(shape: Shape, seed?: number | null, options?: RandomOptions): Node;
  /** As `random`, but normally distributed with mean 0 and deviation 1, at most 5.77 away from 0. */
  randomNormal(shape: Shape, seed?: number | null, options?: RandomOptions): Node;
  /**
   * A number, a scalar node, that `draw` gives anew for each step, for distributions that ops do not have. It follows from
   * `seed` and `utils.setRandomSeed` as `random` does.
   */
  drawn(draw: (random: RandomGenerator) => number, seed?: number | null): Node;
  /** The value of `variable` at this point of the step: after the updates of calls that were traced before. */
  current(variable: Variable): Node;
  /**
   * The value that `variable`, which is not trained by gradients, takes after the step: moving averages. Throws ValueError
   * when the step changes the variable already and `current` was not asked for the value to go on from.
   */
  update(variable: Variable, value: Node): void;
  /** Adds a price to the loss, in training and in evaluation: the sum over all elements of `value`, over the batch too. */
  addLoss(value: Node): void;
  /**
   * Calls a sub-layer, one that the calling layer tracks: makes its weights if need be, and returns its result. Throws
   * ValueError when it has several results, for a layer with weights that is not tracked, and what the layer throws.
   *
   * @param options.training Another `training` for the sub-layer and all inside of it.
   */
  apply(layer: Callable, inputs: Node | readonly Node[], options?: { readonly training?: boolean }): Node;
}

/** The layers whose calls are under way, the innermost last. */
const underWay: Callable[] = [];

/** The layers whose calls are under way, the outermost first. */
export function callsUnderWay(): readonly Callable[] {
  return [...underWay];
}

/** Runs `body`, the call of `layer`, whose sub-layers contexts then know. */
export function callOf<T>(layer: Callable, body: () => T): T {
  underWay.push(layer);
  try {
    return body();
  } finally {
    underWay.pop();
  }
}

/** A layer's call that a context was told of. */
export interface NotedCall {
  readonly layer: Callable;
  /** The layers and models that it is inside of, the outermost first. */
  readonly owners: readonly Callable[];
  readonly inputs: readonly Node[];
  readonly outputs: readonly Node[];
}

/** Throws ValueError for weights that would neither train nor be saved. */
function checkTracked(layer: Callable): void {
  const owner = underWay.at(-1);
  if (owner === undefined || layer.weights.length === 0 || owner.subLayers.includes(layer)) return;
  throw new ValueError(
    `context.apply: layer '${layer.name}' has weights, but '${owner.name}', which calls it, does not track it. Write this.track(…) ` +
      'around it where the property is set.',
  );
}

/** The common part of all contexts: calls of sub-layers. */
export abstract class TracingContext implements CallContext {
  abstract readonly training: boolean;
  abstract random(shape: Shape, seed?: number | null, options?: RandomOptions): Node;
  abstract drawn(draw: (random: RandomGenerator) => number, seed?: number | null): Node;
  abstract current(variable: Variable): Node;
  abstract update(variable: Variable, value: Node): void;
  abstract addLoss(value: Node): void;

  /** True: models take images of other sizes than they were made for, as far as their layers do. */
  readonly anySize: boolean = false;

  /** Told of each call of a layer, when its result is there. */
  onCall(_layer: Callable, _inputs: readonly Node[], _outputs: readonly Node[]): void {}

  randomNormal(shape: Shape, seed: number | null = null, options: RandomOptions = {}): Node {
    return normalOfUniform(this.random(shape, seed, options), this.random(shape, seed, options));
  }

  apply(
    layer: Callable,
    inputs: Node | readonly Node[],
    { training = this.training }: { readonly training?: boolean } = {},
  ): Node {
    if (typeof (layer as Callable | null)?.trace !== 'function') {
      throw new ValueError(`context.apply: expected a layer, received ${describeValue(layer)}.`);
    }
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Node[];
    for (const input of list) checkNode(`context.apply: the input of '${layer.name}'`, input);
    const outputs = layer.trace(list, training === this.training ? this : new OtherMode(this, training));
    checkTracked(layer);
    if (outputs.length === 1) return outputs[0]!;
    throw new ValueError(
      `context.apply: layer '${layer.name}' has ${outputs.length} outputs, expected one. Use layer.call for several.`,
    );
  }
}

/** The same step with another `training`. */
class OtherMode extends TracingContext {
  readonly training: boolean;
  override readonly anySize: boolean;
  readonly #outer: TracingContext;

  constructor(outer: TracingContext, training: boolean) {
    super();
    this.#outer = outer;
    this.training = training;
    this.anySize = outer.anySize;
  }

  override random(shape: Shape, seed?: number | null, options?: RandomOptions): Node {
    return this.#outer.random(shape, seed, options);
  }

  override drawn(draw: (random: RandomGenerator) => number, seed?: number | null): Node {
    return this.#outer.drawn(draw, seed);
  }

  override current(variable: Variable): Node {
    return this.#outer.current(variable);
  }

  override update(variable: Variable, value: Node): void {
    this.#outer.update(variable, value);
  }

  override addLoss(value: Node): void {
    this.#outer.addLoss(value);
  }

  override onCall(layer: Callable, inputs: readonly Node[], outputs: readonly Node[]): void {
    this.#outer.onCall(layer, inputs, outputs);
  }
}

/** A context without a step, to compute shapes only. */
export class ShapeContext extends TracingContext {
  readonly training: boolean = false;

  override random(shape: Shape, _seed?: number | null): Node {
    return broadcastTo(constant(0), shape);
  }

  override drawn(): Node {
    return constant(0);
  }

  override current(variable: Variable): Node {
    return variableNode(variable);
  }

  override update(): void {}

  override addLoss(): void {}
}

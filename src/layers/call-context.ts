/**
 * @file CallContext: what a layer can get from the step that it is traced into, and what it can add to the step besides
 * its result.
 */

import { ValueError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';
import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import { broadcastTo, constant } from '../ops/index.ts';

/** What a context needs of a layer. */
export interface Callable {
  readonly name: string;
  trace(inputs: readonly Node[], context: CallContext): readonly Node[];
}

/** What a layer can get from the step that it is traced into, and what it can add to the step besides its result. */
export interface CallContext {
  /** True while training: dropout drops, batch normalisation uses the batch's statistics. */
  readonly training: boolean;
  /**
   * Uniform random numbers in [0, 1) of a batched `shape`, new ones each step; each call gets a stream of its own. With a
   * `seed` the stream is the same in every run, without it follows from `utils.setRandomSeed`.
   */
  random(shape: Shape, seed?: number | null): Node;
  /**
   * The value that `variable`, which is not trained by gradients, takes after the step: moving averages. Throws ValueError
   * when the step changes the variable already.
   */
  update(variable: Variable, value: Node): void;
  /** Adds a price to the loss, in training and in evaluation: the sum over all elements of `value`, over the batch too. */
  addLoss(value: Node): void;
  /**
   * Calls a sub-layer, one that the calling layer tracks: makes its weights if need be, and returns its result. Throws
   * ValueError when it has several results, and what the layer throws.
   *
   * @param options.training Another `training` for the sub-layer and all inside of it.
   */
  apply(layer: Callable, inputs: Node | readonly Node[], options?: { readonly training?: boolean }): Node;
}

/** The common part of all contexts: calls of sub-layers. */
export abstract class TracingContext implements CallContext {
  abstract readonly training: boolean;
  abstract random(shape: Shape, seed?: number | null): Node;
  abstract update(variable: Variable, value: Node): void;
  abstract addLoss(value: Node): void;

  apply(
    layer: Callable,
    inputs: Node | readonly Node[],
    { training = this.training }: { readonly training?: boolean } = {},
  ): Node {
    const list = (Array.isArray(inputs) ? inputs : [inputs]) as readonly Node[];
    const outputs = layer.trace(list, training === this.training ? this : new OtherMode(this, training));
    if (outputs.length === 1) return outputs[0]!;
    throw new ValueError(
      `context.apply: layer '${layer.name}' has ${outputs.length} outputs, expected one. Use layer.call for several.`,
    );
  }
}

/** The same step with another `training`. */
class OtherMode extends TracingContext {
  readonly training: boolean;
  readonly #outer: CallContext;

  constructor(outer: CallContext, training: boolean) {
    super();
    this.#outer = outer;
    this.training = training;
  }

  override random(shape: Shape, seed?: number | null): Node {
    return this.#outer.random(shape, seed);
  }

  override update(variable: Variable, value: Node): void {
    this.#outer.update(variable, value);
  }

  override addLoss(value: Node): void {
    this.#outer.addLoss(value);
  }
}

/** A context without a step, to compute shapes only. */
export class ShapeContext extends TracingContext {
  readonly training: boolean = false;

  override random(shape: Shape, _seed?: number | null): Node {
    return broadcastTo(constant(0), shape);
  }

  override update(): void {}

  override addLoss(): void {}
}

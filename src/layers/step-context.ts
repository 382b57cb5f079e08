/** @file StepContext: what layers get from a step while it is built, and what they add to it. */

import { ShapeError, ValueError } from '../base/errors.ts';
import { describeValue } from '../base/options.ts';
import type { RandomGenerator } from '../base/random.ts';
import { formatShape, type Shape, sameShape } from '../base/shape.ts';
import { checkNode, type Node } from '../graph/node.ts';
import { Variable } from '../graph/variable.ts';
import { sum } from '../ops/index.ts';
import { placeholder, variableNode } from '../ops/leaf.ts';
import { randomUniform } from '../ops/random-uniform.ts';
import {
  type Callable,
  callsUnderWay,
  type NotedCall,
  type RandomOptions,
  TracingContext,
} from './call-context.ts';

/** Seeds are fed as f32, which holds whole numbers up to here. */
const SEED_BITS = 24;

/**
 * A stream that a step takes random numbers from: one for each seed that layers have of their own, and one for all
 * other layers.
 */
export type StepRandom = (seed: number | null) => RandomGenerator;

/** A scalar that is fed anew in each step. */
export interface StepScalar {
  readonly node: Node;
  /** The next number: to be called once a step. */
  next(random: StepRandom): number;
}

/** Throws ValueError for anything but a variable. */
function checkVariable(where: string, value: unknown): void {
  if (value instanceof Variable) return;
  throw new ValueError(
    `${where}: expected a variable, which addWeight makes, received ${describeValue(value)}.`,
  );
}

/** Collects what the layers of one step add to it besides their results. */
export class StepContext extends TracingContext {
  readonly training: boolean;
  /** The seeds of random numbers, and numbers drawn on the host, to be fed in each step. */
  readonly seeds: StepScalar[] = [];
  /** Scalars to be added to the loss. */
  readonly losses: Node[] = [];
  /** The values that variables take after the step. */
  readonly updates = new Map<Variable, Node>();
  /** Updated variables whose new value was asked for, so that the next update can go on from it. */
  readonly #continued = new Set<Variable>();
  /** The calls of all layers, those of a layer's parts before its own. */
  readonly calls: NotedCall[] = [];
  readonly #seedNodes = new Map<number | null, Node>();
  #streams = 0;

  constructor(training: boolean) {
    super();
    this.training = training;
  }

  override random(shape: Shape, seed: number | null = null, options: RandomOptions = {}): Node {
    let node = this.#seedNodes.get(seed);
    if (node === undefined) {
      node = placeholder({ shape: [], name: seed === null ? 'seed' : `seed_${seed}` });
      this.#seedNodes.set(seed, node);
      this.seeds.push({ node, next: (random) => random(seed).nextUint32() >>> (32 - SEED_BITS) });
    }
    return randomUniform({ shape, seed: node, stream: this.#streams++, ...options });
  }

  override drawn(draw: (random: RandomGenerator) => number, seed: number | null = null): Node {
    const node = placeholder({ shape: [], name: 'drawn' });
    this.seeds.push({ node, next: (random) => draw(random(seed)) });
    return node;
  }

  override current(variable: Variable): Node {
    checkVariable('context.current', variable);
    const updated = this.updates.get(variable);
    if (updated === undefined) return variableNode(variable);
    this.#continued.add(variable);
    return updated;
  }

  override update(variable: Variable, value: Node): void {
    checkVariable('context.update', variable);
    checkNode(`The new value of '${variable.name}'`, value);
    if (this.updates.has(variable) && !this.#continued.delete(variable)) {
      throw new ValueError(
        `'${variable.name}' is updated twice in one step, and the first update would be lost. Compute the new value from ` +
          'context.current(variable), or call the layer once in a model that trains.',
      );
    }
    if (variable.trainable) {
      throw new ValueError(
        `'${variable.name}' is trained by gradients and cannot be updated too. Make it with addWeight({ trainable: false }).`,
      );
    }
    if (!sameShape(variable.shape, value.shape)) {
      throw new ShapeError(
        `The new value of '${variable.name}' has shape ${formatShape(value.shape)}, expected ${formatShape(variable.shape)}.`,
      );
    }
    this.updates.set(variable, value);
  }

  override onCall(layer: Callable, inputs: readonly Node[], outputs: readonly Node[]): void {
    this.calls.push({ layer, owners: callsUnderWay(), inputs, outputs });
  }

  override addLoss(value: Node): void {
    checkNode('context.addLoss', value);
    this.losses.push(sum(value));
  }
}

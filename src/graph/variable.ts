/** @file Variables: named blocks of numbers that outlive a step (weights, optimizer slots). */

import { ShapeError } from '../base/errors.ts';
import { formatShape, sizeOf } from '../base/shape.ts';
import type { Node } from './op.ts';

/** Where a variable's numbers are: on the host, or in an engine's memory. */
export interface VariableStorage {
  /** A live view: writing to it changes the variable. Valid until the next engine call. */
  view(): Float32Array;
}

/** A function of nodes: a regularizer or a constraint. */
export interface NodeFunction {
  call(value: Node): Node;
}

/** A block of f32 numbers that a step reads and may update. */
export class Variable {
  readonly name: string;
  readonly shape: readonly number[];
  /** Whether `fit` may change it by gradients. Layers clear it for statistics. */
  trainable: boolean;
  /** A price on the numbers that is added to the loss; null without. */
  regularizer: NodeFunction | null = null;
  /** The constraint: a function that maps the numbers to allowed ones after each training step; null without. */
  constraint: NodeFunction | null = null;
  #storage: VariableStorage;
  #assignments = 0;

  /** Throws ShapeError when `values` does not have as many numbers as `shape` says. */
  constructor(options: {
    name: string;
    shape: readonly number[];
    values: Float32Array;
    trainable?: boolean;
  }) {
    this.name = options.name;
    this.shape = options.shape;
    this.trainable = options.trainable ?? true;
    this.checkCount(options.values);
    const values = options.values;
    this.#storage = { view: () => values };
  }

  /** Number of elements. */
  get size(): number {
    return sizeOf(this.shape);
  }

  /** A live view of the numbers, valid until the next engine call. */
  view(): Float32Array {
    return this.#storage.view();
  }

  /** How often `assign` has replaced the numbers. */
  get assignments(): number {
    return this.#assignments;
  }

  /** Replaces the numbers. Throws ShapeError on a wrong count. */
  assign(values: ArrayLike<number>): void {
    this.checkCount(values);
    this.#assignments++;
    this.view().set(values);
  }

  /** The engine moves the numbers into its memory (or back): copies them and reads there from now on. */
  moveTo(storage: VariableStorage): void {
    const values = this.view();
    storage.view().set(values);
    this.#storage = storage;
  }

  /** Where the numbers are now; engines compare it with their own storage. */
  get storage(): VariableStorage {
    return this.#storage;
  }

  /** Throws ShapeError unless there are as many values as elements. */
  checkCount(values: ArrayLike<number>): void {
    if (values.length !== this.size) {
      throw new ShapeError(
        `Variable '${this.name}' of shape ${formatShape(this.shape)} holds ${this.size} numbers, received ${values.length}.`,
      );
    }
  }
}

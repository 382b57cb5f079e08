/** @file Draws: the random numbers that a transformation's parameters are made of. */

import type { Node } from '../../graph/node.ts';
import { add, constant, cos, greater, less, log, mul, sqrt, sub, where } from '../../ops/index.ts';
import type { CallContext, RandomOptions } from '../call-context.ts';
import type { Range } from './factor.ts';

/** One number for each image, in a shape that fits images. */
const PER_IMAGE = [1, 1, 1];

/** Whether all images of a batch get the same numbers, and the shape of an image's numbers. */
export interface DrawOptions extends RandomOptions {
  /** Default [1, 1, 1]: one number that fits images. */
  readonly shape?: readonly number[];
}

/** The numbers of one call. */
export class Draws {
  readonly #context: CallContext;
  readonly #seed: number | null;

  constructor(context: CallContext, seed: number | null) {
    this.#context = context;
    this.#seed = seed;
  }

  /** Numbers from the lower end of `range` up to but without the upper end. */
  uniform([low, high]: Range, { shape = PER_IMAGE, ...options }: DrawOptions = {}): Node {
    const numbers = this.#context.random([null, ...shape], this.#seed, options);
    return add(mul(numbers, constant(high - low)), constant(low));
  }

  /** 1 or -1, as likely. */
  sign(options: DrawOptions = {}): Node {
    return where(greater(this.uniform([0, 1], options), constant(0.5)), constant(-1), constant(1));
  }

  /** 1 with a probability drawn from `range`, else 0. */
  chance(range: Range, options: DrawOptions = {}): Node {
    return less(this.uniform([0, 1], options), this.uniform(range, options));
  }

  /** Normally distributed numbers of mean 0 and deviation 1 (Box & Muller 1958). */
  normal(options: DrawOptions = {}): Node {
    const length = sqrt(mul(constant(-2), log(sub(constant(1), this.uniform([0, 1], options)))));
    return mul(length, cos(this.uniform([0, 2 * Math.PI], options)));
  }
}

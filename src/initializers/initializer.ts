/** @file What an initializer is: a recipe for a weight's first numbers, written to files in Keras' form. */

import { nextSeed, RandomGenerator } from '../base/random.ts';

/** JSON as Keras writes it: `null`, numbers, strings, lists and records of these. */
export type ConfigValue =
  | null
  | boolean
  | number
  | string
  | readonly ConfigValue[]
  | { readonly [key: string]: ConfigValue };

/** A record of a Keras file, keys in Keras' snake_case. */
export type Config = { readonly [key: string]: ConfigValue };

/** Fills new weights. */
export abstract class Initializer {
  /** Keras' class name, as files have it. */
  abstract readonly className: string;

  /** The first numbers of a weight of `shape`, row-major. Throws ShapeError when `shape` does not suit the recipe. */
  abstract fill(shape: readonly number[]): Float32Array;

  /** The options in Keras' snake_case: what files have under `config`. */
  abstract getConfig(): Config;
}

/**
 * An initializer that draws random numbers. With a seed every call gives the same numbers, as Keras' do; without one
 * each call draws a new seed from the stream that `utils.setRandomSeed` starts.
 */
export abstract class RandomInitializer extends Initializer {
  readonly seed: number | null;

  constructor(seed: number | null) {
    super();
    this.seed = seed;
  }

  /** The stream for one call of `fill`. Throws ValueError for a seed that is not a whole number from 0 to 2^32 - 1. */
  protected generator(): RandomGenerator {
    return new RandomGenerator(this.seed ?? nextSeed());
  }
}

/** @file What an initializer is: a recipe for a weight's first numbers, written to files in Keras' form. */

import type { Config } from '../base/config.ts';
import { checkSeed, nextSeed, RandomGenerator } from '../base/random.ts';
import { sizeOf } from '../base/shape.ts';

/** Fills new weights. */
export abstract class Initializer {
  /** Keras' class name, as files have it. */
  abstract readonly className: string;

  /** The first numbers of a weight of `shape`, row-major. Throws ShapeError when `shape` does not suit the recipe. */
  abstract fill(shape: readonly number[]): Float32Array;

  /** The options in Keras' snake_case: what files have under `config`. */
  abstract getConfig(): Config;
}

/** Options of every random initializer. */
export interface SeedOptions {
  /** A whole number from 0 to 2^32 - 1: every call gives the same numbers. Default: null, other numbers each time. */
  readonly seed?: number | null;
}

/**
 * An initializer that draws random numbers. With a seed every call gives the same numbers, as Keras' do; without one
 * each call draws a new seed from the stream that `utils.setRandomSeed` starts.
 */
export abstract class RandomInitializer extends Initializer {
  readonly seed: number | null;

  /** Throws ValueError for a seed that is not a whole number from 0 to 2^32 - 1. */
  constructor({ seed }: SeedOptions) {
    super();
    this.seed = seed === undefined || seed === null ? null : checkSeed(seed);
  }

  /** The stream for one call of `fill`. */
  protected generator(): RandomGenerator {
    return new RandomGenerator(this.seed ?? nextSeed());
  }
}

/** A weight of `shape` whose elements `draw` gives one by one. */
export function filled(shape: readonly number[], draw: () => number): Float32Array {
  const values = new Float32Array(sizeOf(shape));
  for (let i = 0; i < values.length; i++) values[i] = draw();
  return values;
}

/** @file What an initializer is: a recipe for a weight's first numbers, written to files in Keras' form. */

import { nextSeed, RandomGenerator } from '../base/random.ts';
import { sizeOf } from '../base/shape.ts';
import { Configurable, withOptions } from '../options/configurable.ts';
import { seed, unsupported } from '../options/kinds.ts';

/** Fills new weights. A user's own class defines `fill`. */
export abstract class Initializer extends withOptions(Configurable, {
  dtype: unsupported('float32', null).notInConfig(),
}) {
  static override readonly methods: readonly string[] = ['fill'];
  /** The first numbers of a weight of `shape`, row-major. Throws ShapeError when `shape` does not suit the recipe. */
  abstract fill(shape: readonly number[]): Float32Array;
}

/**
 * An initializer that draws random numbers. With a seed every call gives the same numbers, as Keras' do; without one
 * each call draws a new seed from the stream that `utils.setRandomSeed` starts.
 */
export abstract class RandomInitializer extends withOptions(Initializer, {
  /** A whole number from 0 to 2^32 - 1: every call gives the same numbers. Default null: other numbers each time. */
  seed: seed(),
}) {
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

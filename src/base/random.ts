/**
 * @file Seeded random numbers.
 *
 * xoshiro128** 1.1 by David Blackman and Sebastiano Vigna ("Scrambled Linear Pseudorandom Number Generators", ACM TOMS
 * 2021; https://prng.di.unimi.it/xoshiro128starstar.c), its state filled from the seed by a 32-bit SplitMix (Steele, Lea,
 * Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with MurmurHash3's 32-bit finalizer).
 */

import { ValueError } from './errors.ts';

const TWO_32 = 4294967296;

/** Throws ValueError unless `seed` is a whole number from 0 to 2^32 - 1; returns it. */
export function checkSeed(seed: number): number {
  if (!Number.isInteger(seed) || seed < 0 || seed >= TWO_32) {
    throw new ValueError(`A seed must be a whole number from 0 to 4294967295, received ${String(seed)}.`);
  }
  return seed;
}

function splitMix(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
    return z ^ (z >>> 16);
  };
}

function rotateLeft(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

/** Where a stream of random numbers is: plain numbers, which can be kept anywhere. */
export type RandomState = {
  /** The four words of xoshiro128**, as signed 32-bit numbers. */
  readonly words: readonly number[];
  /** The second number of the last normally distributed pair, not handed out yet; null when there is none. */
  readonly spare: number | null;
};

/** A stream of random numbers that is the same for the same seed. */
export class RandomGenerator {
  readonly #state: Int32Array;
  #spare: number | undefined;

  /** Throws ValueError unless `seed` is a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    const next = splitMix(checkSeed(seed));
    // SplitMix is a bijection of its counter, so at most one of the words is zero and the state is never all zeros.
    this.#state = Int32Array.from({ length: 4 }, next);
  }

  /** The position of the stream. `setState` brings any generator to it. */
  getState(): RandomState {
    return { words: [...this.#state], spare: this.#spare ?? null };
  }

  /** Goes on from where `getState` was called. Throws ValueError when the argument is no such state. */
  setState(state: RandomState): void {
    const { words, spare } = state;
    const isWords = words.length === 4 && words.every((word) => (word | 0) === word) && words.some(Boolean);
    if (!isWords || (spare !== null && !Number.isFinite(spare))) {
      throw new ValueError(
        `The state of a random generator is four 32-bit words, not all 0, and a number or null; received ` +
          `[${words.join(', ')}] and ${spare}.`,
      );
    }
    this.#state.set(words);
    this.#spare = spare ?? undefined;
  }

  /** A whole number from 0 to 2^32 - 1. */
  nextUint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1]!, 5), 7), 9);
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = rotateLeft(s[3]!, 11);
    return result >>> 0;
  }

  /** A whole number from 0 to `bound - 1`, each equally likely. Throws ValueError unless `bound` is 1 to 2^32. */
  nextInt(bound: number): number {
    if (!Number.isInteger(bound) || bound < 1 || bound > TWO_32) {
      throw new ValueError(`nextInt needs a bound from 1 to 4294967296, received ${String(bound)}.`);
    }
    // Draws above the last full multiple of `bound` would favour small numbers.
    const limit = TWO_32 - (TWO_32 % bound);
    let draw = this.nextUint32();
    while (draw >= limit) draw = this.nextUint32();
    return draw % bound;
  }

  /** A number from `low` up to but without `high`, in 2^24 steps: 0 … 1 is exact in float32 and never rounds up to 1. */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * ((this.nextUint32() >>> 8) / 16777216);
  }

  /** A normally distributed number (Marsaglia's polar method, two numbers per round). */
  normal(mean = 0, std = 1): number {
    const spare = this.#spare;
    if (spare !== undefined) {
      this.#spare = undefined;
      return mean + std * spare;
    }
    for (;;) {
      const u = (this.nextUint32() + 0.5) / (TWO_32 / 2) - 1;
      const v = (this.nextUint32() + 0.5) / (TWO_32 / 2) - 1;
      const square = u * u + v * v;
      if (square < 1 && square > 0) {
        const scale = Math.sqrt((-2 * Math.log(square)) / square);
        this.#spare = v * scale;
        return mean + std * u * scale;
      }
    }
  }

  /** A normally distributed number within two `std` of `mean`: numbers outside are drawn again, as in Keras. */
  truncatedNormal(mean = 0, std = 1): number {
    let draw = this.normal();
    while (Math.abs(draw) > 2) draw = this.normal();
    return mean + std * draw;
  }

  /** The logarithm of a gamma-distributed number of that shape and scale 1 (Marsaglia & Tsang 2000): it is finite for tiny shapes. */
  logGamma(shape: number): number {
    // Below 1: a number of shape + 1, times u^(1 / shape).
    if (shape < 1) return this.logGamma(shape + 1) + Math.log(1 - this.uniform()) / shape;
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < (x * x) / 2 + d * (1 - v + Math.log(v)))
        return Math.log(d * v);
    }
  }

  /** A beta-distributed number in [0, 1]: gamma-distributed ones of both shapes, the first over their sum. */
  beta(a: number, b: number): number {
    const [first, second] = [this.logGamma(a), this.logGamma(b)];
    return 1 / (1 + Math.exp(second - first));
  }

  /** Puts the elements into random order, in place (Fisher-Yates). */
  shuffle(values: Int32Array | Uint32Array): void {
    for (let last = values.length - 1; last > 0; last--) {
      const pick = this.nextInt(last + 1);
      const held = values[last]!;
      values[last] = values[pick]!;
      values[pick] = held;
    }
  }

  /** The numbers 0 to `n - 1` in random order. */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    this.shuffle(order);
    return order;
  }
}

let generator = new RandomGenerator(Math.floor(Math.random() * TWO_32));

/** The generator that everything without a seed of its own draws from. */
export function defaultGenerator(): RandomGenerator {
  return generator;
}

/**
 * Makes initialisation, shuffling, dropout and augmentation repeat exactly from here on: models that have drawn already
 * begin new streams with their next run. Layers with a seed of their own go on.
 * Throws ValueError unless `seed` is a whole number from 0 to 2^32 - 1.
 */
export function setRandomSeed(seed: number): void {
  generator = new RandomGenerator(seed);
}

/** A fresh seed for something that keeps a stream of its own, drawn from the default generator. */
export function nextSeed(): number {
  return generator.nextUint32();
}

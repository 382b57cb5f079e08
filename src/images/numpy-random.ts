/**
 * @file NumPy's `RandomState`, so that a seed gives the files, splits and transforms that it gives in Keras: the Mersenne
 * Twister MT19937 (M. Matsumoto, T. Nishimura, ACM TOMACS 8(1), 1998) and the draws of numpy/random/mtrand.pyx.
 */

import { checkSeed } from '../base/random.ts';

const N = 624;
const M = 397;

/** A stream of random numbers that is NumPy's for the same seed. */
export class NumpyRandom {
  readonly #words = new Uint32Array(N);
  #next = N;

  /** Throws ValueError unless `seed` is a whole number from 0 to 2^32 - 1. */
  constructor(seed: number) {
    const words = this.#words;
    words[0] = checkSeed(seed);
    for (let i = 1; i < N; i++) {
      const last = words[i - 1]! ^ (words[i - 1]! >>> 30);
      words[i] = Math.imul(1812433253, last) + i;
    }
  }

  #twist(): void {
    const words = this.#words;
    for (let i = 0; i < N; i++) {
      const y = (words[i]! & 0x80000000) | (words[(i + 1) % N]! & 0x7fffffff);
      words[i] = words[(i + M) % N]! ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
    }
    this.#next = 0;
  }

  /** A whole number from 0 to 2^32 - 1. */
  nextUint32(): number {
    if (this.#next === N) this.#twist();
    let y = this.#words[this.#next++]!;
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  /** `random()`: a number from 0 up to but without 1, of 53 random bits. */
  random(): number {
    const high = this.nextUint32() >>> 5;
    const low = this.nextUint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** `uniform(low, high)`. */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.random();
  }

  /** A whole number from 0 to `most`, each equally likely; draws nothing when `most` is 0. */
  interval(most: number): number {
    if (most === 0) return 0;
    const mask = 0xffffffff >>> Math.clz32(most);
    let draw = (this.nextUint32() & mask) >>> 0;
    while (draw > most) draw = (this.nextUint32() & mask) >>> 0;
    return draw;
  }

  /** `choice(values)`. */
  choice(values: readonly number[]): number {
    return values[this.interval(values.length - 1)]!;
  }

  /** `permutation(n)`; the same order in which `shuffle` puts a list of `n` things. */
  permutation(n: number): Int32Array {
    const order = Int32Array.from({ length: n }, (_, i) => i);
    for (let last = n - 1; last > 0; last--) {
      const pick = this.interval(last);
      const held = order[last]!;
      order[last] = order[pick]!;
      order[pick] = held;
    }
    return order;
  }
}

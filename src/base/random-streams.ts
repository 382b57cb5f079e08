/** @file Random streams by name: one owner, such as a model, draws its random numbers from them for its whole life. */

import { defaultGenerator, nextSeed, RandomGenerator, type RandomState } from './random.ts';

/** The position of each stream, by name. */
export type RandomStreamsState = Readonly<Record<string, RandomState>>;

interface Stream {
  readonly generator: RandomGenerator;
  /** The generator that the stream's seed was drawn from; null for a stream with a seed of its own. */
  readonly origin: RandomGenerator | null;
}

/**
 * Streams that are made when first asked for. They then go on, even when steps are compiled or layers are built in
 * between.
 */
export class RandomStreams {
  readonly #streams = new Map<string, Stream>();

  /**
   * The stream of that name. Without `seed`, its seed is drawn from the default generator at the first call; with
   * `seed`, the stream is the same in every process.
   */
  stream(name: string, seed: number | null = null): RandomGenerator {
    const key = seed === null ? name : `${name}#${seed}`;
    const known = this.#streams.get(key);
    if (known !== undefined) return known.generator;
    const generator = new RandomGenerator(seed ?? nextSeed());
    this.#streams.set(key, { generator, origin: seed === null ? defaultGenerator() : null });
    return generator;
  }

  /** To be called as a run begins: forgets the stream when `setRandomSeed` was called since its seed was drawn. */
  renew(name: string): void {
    const origin = this.#streams.get(name)?.origin;
    if (origin !== undefined && origin !== null && origin !== defaultGenerator()) this.#streams.delete(name);
  }

  /** `renew`, then `stream`. */
  begin(name: string): RandomGenerator {
    this.renew(name);
    return this.stream(name);
  }

  /** The position of each stream. */
  getState(): RandomStreamsState {
    const entries = [...this.#streams].map(([name, { generator }]) => [name, generator.getState()] as const);
    return Object.fromEntries(entries);
  }

  /**
   * Brings the streams to the positions in `state`. Streams that are not in `state` are forgotten; generators that were
   * handed out stay the generators of their names. Throws ValueError when `state` is not a state of streams.
   */
  setState(state: RandomStreamsState): void {
    for (const name of this.#streams.keys()) if (!(name in state)) this.#streams.delete(name);
    for (const [name, value] of Object.entries(state)) {
      const generator = this.#streams.get(name)?.generator ?? new RandomGenerator(0);
      generator.setState(value);
      this.#streams.set(name, { generator, origin: name.includes('#') ? null : defaultGenerator() });
    }
  }
}

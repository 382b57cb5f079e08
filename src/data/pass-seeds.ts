/** @file PassSeeds: the seed of each pass of a stage that draws random numbers. */

import { checkSeed, RandomGenerator } from '../base/random.ts';
import { RandomStreams, type RandomStreamsState } from '../base/random-streams.ts';
import type { StateValue } from '../base/state-value.ts';

const NAME = 'passes';

/**
 * A seed for each pass. A pass depends on its seed alone, so one that was left early does not change the next one, and a
 * pass can be repeated from the state before it.
 */
export class PassSeeds {
  readonly #seed: number | null;
  readonly #renew: boolean;
  readonly #streams = new RandomStreams();

  /**
   * @param seed Null to draw one from `utils.setRandomSeed`'s generator at the first pass.
   * @param renew Whether passes differ. Throws ValueError for a seed that cannot be.
   */
  constructor(seed: number | null, renew = true) {
    this.#seed = seed === null ? null : checkSeed(seed);
    this.#renew = renew;
  }

  /** The random numbers of the next pass. */
  begin(): RandomGenerator {
    const stream = this.#stream();
    const before = stream.getState();
    const pass = new RandomGenerator(stream.nextUint32());
    if (!this.#renew) stream.setState(before);
    return pass;
  }

  getState(): StateValue {
    // Made here at the latest, so that a pass that goes on from the state does not draw a seed of its own.
    this.#stream();
    return this.#streams.getState();
  }

  /** Throws ValueError when `state` is no state of seeds. */
  setState(state: StateValue): void {
    this.#streams.setState(state as RandomStreamsState);
  }

  #stream(): RandomGenerator {
    if (this.#seed === null) this.#streams.renew(NAME);
    return this.#streams.stream(NAME, this.#seed);
  }
}

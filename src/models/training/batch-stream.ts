/** @file Batches epoch by epoch: a pass over the data each, or a given number of steps of passes that go on. */

import { ValueError } from '../../base/errors.ts';
import type { RandomState } from '../../base/random.ts';
import type { Batch } from './batch.ts';
import type { BatchSource } from './batch-source.ts';

type BatchIterator = AsyncIterator<Batch> | Iterator<Batch>;

function open(source: BatchSource): BatchIterator {
  const batches = source.epoch();
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}

/** The position of a pass over a source. */
export type PassState = {
  /** The position of the random stream when the pass began; null without shuffling. */
  readonly shuffle: RandomState | null;
  /** Batches taken since. */
  readonly taken: number;
  /** Samples of the data and of a batch; null for datasets. */
  readonly samples: number | null;
  readonly batchSize: number | null;
};

/** Reads a source. */
export class BatchStream {
  readonly #source: BatchSource;
  readonly #stepsPerEpoch: number | null;
  readonly #method: string;
  #iterator: BatchIterator | null = null;
  #shuffle: RandomState | null = null;
  #taken = 0;
  #warned = false;

  /** @param stepsPerEpoch Batches in an epoch; null for a whole pass each. */
  constructor(method: string, source: BatchSource, stepsPerEpoch: number | null) {
    this.#method = method;
    this.#source = source;
    this.#stepsPerEpoch = stepsPerEpoch;
  }

  /** Batches in an epoch; null while unknown. */
  get steps(): number | null {
    return this.#stepsPerEpoch ?? this.#source.steps;
  }

  /** The pass under way, to go on from with `resume`; null between passes. */
  getState(): PassState | null {
    if (this.#iterator === null) return null;
    const { whole, batchSize } = this.#source;
    return { shuffle: this.#shuffle, taken: this.#taken, samples: whole?.samples ?? null, batchSize };
  }

  /**
   * Goes on from a state: begins the pass again and leaves out the batches that were taken. Throws ValueError for other
   * data: of another number of samples, batches or samples in a batch, or shuffled in one run and not in the other.
   */
  async resume(state: PassState | null): Promise<void> {
    await this.close();
    if (state === null) return;
    const { whole, batchSize, shuffle } = this.#source;
    const [was, is] = [
      describeData(state.samples, state.batchSize, state.shuffle !== null),
      describeData(whole?.samples ?? null, batchSize, shuffle !== null),
    ];
    if (was !== is) {
      throw new ValueError(
        `${this.#method}: the run to go on with was within a pass over ${was}, but this run has ${is}. Go on with the same ` +
          'data and options.',
      );
    }
    if (shuffle !== null && state.shuffle !== null) shuffle.setState(state.shuffle);
    for (let left = state.taken; left > 0; left--) {
      if ((await this.#next()) !== null) continue;
      throw new ValueError(
        `${this.#method}: the run to go on with had taken ${state.taken} batches from its data, but this data ends after ` +
          `${state.taken - left}. Go on with the same data.`,
      );
    }
  }

  /** The next batch of the pass, which is begun if need be; null when it has ended. */
  async #next(): Promise<Batch | null> {
    if (this.#iterator === null) {
      this.#shuffle = this.#source.shuffle?.getState() ?? null;
      this.#taken = 0;
      this.#iterator = open(this.#source);
    }
    const { value, done } = await this.#iterator.next();
    if (done === true) {
      this.#iterator = null;
      return null;
    }
    this.#taken++;
    return value;
  }

  /** The batches of the next epoch, without the first `done` of them. Throws ValueError when there are none at all. */
  async *epoch(done = 0): AsyncGenerator<Batch> {
    const wanted = this.#stepsPerEpoch ?? Number.POSITIVE_INFINITY;
    let given = done;
    let fresh = this.#iterator === null;
    while (given < wanted) {
      const batch = await this.#next();
      if (batch !== null) {
        given++;
        yield batch;
        continue;
      }
      // The pass may have ended exactly with the last epoch. This is no end of the data: a new pass begins.
      if (given > 0 || fresh) break;
      fresh = true;
    }
    if (given === 0) this.#refuseEmpty();
    if (given < wanted && this.#stepsPerEpoch !== null) this.#warnShort();
    if (this.#stepsPerEpoch === null) await this.close();
  }

  /** Ends a pass that is under way, unless it is the only one. */
  async leave(): Promise<void> {
    if (!this.#source.onePass) await this.close();
  }

  /** Ends a pass that is under way, so that generators can run their clean-up code. */
  async close(): Promise<void> {
    const iterator = this.#iterator;
    this.#iterator = null;
    await iterator?.return?.();
  }

  #refuseEmpty(): never {
    throw new ValueError(
      `${this.#method}: the dataset gave no batches. A generator can be iterated once only: for more epochs pass an ` +
        'object whose [Symbol.asyncIterator]() starts anew, or an endless generator with stepsPerEpoch (for validation ' +
        'data: validationSteps).',
    );
  }

  #warnShort(): void {
    if (this.#warned) return;
    this.#warned = true;
    console.warn(
      `${this.#method}: your input ran out of data; the epoch ends early. Make sure that your dataset can generate at ` +
        `least ${this.#stepsPerEpoch} batches per epoch.`,
    );
  }
}

function describeData(samples: number | null, batchSize: number | null, shuffled: boolean): string {
  if (samples === null) return 'a dataset';
  return `${samples} samples in batches of ${batchSize}, ${shuffled ? '' : 'not '}shuffled`;
}

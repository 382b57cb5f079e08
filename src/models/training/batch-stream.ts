/** @file Batches epoch by epoch: a pass over the data each, or a given number of steps of passes that go on. */

import { ValueError } from '../../base/errors.ts';
import type { Batch } from './batch.ts';
import type { BatchSource } from './batch-source.ts';

type BatchIterator = AsyncIterator<Batch> | Iterator<Batch>;

function open(source: BatchSource): BatchIterator {
  const batches = source.epoch();
  return Symbol.asyncIterator in batches ? batches[Symbol.asyncIterator]() : batches[Symbol.iterator]();
}

/** Reads a source. */
export class BatchStream {
  readonly #source: BatchSource;
  readonly #stepsPerEpoch: number | null;
  readonly #method: string;
  #iterator: BatchIterator | null = null;
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

  /** The batches of the next epoch. Throws ValueError when there are none at all. */
  async *epoch(): AsyncGenerator<Batch> {
    const wanted = this.#stepsPerEpoch ?? Number.POSITIVE_INFINITY;
    let given = 0;
    let fresh = this.#iterator === null;
    while (given < wanted) {
      this.#iterator ??= open(this.#source);
      const { value, done } = await this.#iterator.next();
      if (done !== true) {
        given++;
        yield value;
        continue;
      }
      this.#iterator = null;
      // A pass that ended with the last epoch's last step is no news.
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

  /** Ends a pass that is under way, so that generators can tidy up. */
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

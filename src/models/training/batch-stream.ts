/** @file Batches epoch by epoch: a pass over the data each, or a given number of steps of passes that go on. */

import { ValueError } from '../../base/errors.ts';
import type { RandomState } from '../../base/random.ts';
import type { StateValue } from '../../base/state-value.ts';
import { ReadAhead } from '../../data/read-ahead.ts';
import type { Batch } from './batch.ts';
import type { BatchSource } from './batch-source.ts';

/** Batches of a dataset that are read before they are taken, so that the engine does not wait for each of them. */
const READ_AHEAD = 4;

/** A pass that is under way. */
type Pass = Pick<ReadAhead<Batch, Batch>, 'ask' | 'take' | 'ready' | 'close'>;

function open(source: BatchSource): Pass {
  const batches = source.epoch();
  if (Symbol.asyncIterator in batches)
    return new ReadAhead(batches[Symbol.asyncIterator](), (batch) => batch);
  // Arrays are there already: nothing is read.
  const iterator = batches[Symbol.iterator]();
  return {
    ready: true,
    ask: () => {},
    take: async () => {
      const { value, done } = iterator.next();
      return done === true ? { done } : { done: false, value };
    },
    close: async () => void iterator.return?.(),
  };
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
  /** The state of a `Dataset` when the pass began, or between passes the state now; null for other data. */
  readonly dataset?: StateValue;
};

/** Reads a source. */
export class BatchStream {
  readonly #source: BatchSource;
  readonly #stepsPerEpoch: number | null;
  readonly #method: string;
  #pass: Pass | null = null;
  #shuffle: RandomState | null = null;
  #dataset: StateValue = null;
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

  /** Whether the next batch is there without waiting. */
  get ready(): boolean {
    return this.#pass?.ready ?? false;
  }

  /** The pass under way, to go on from with `resume`; null between passes, except for a `Dataset`. */
  getState(): PassState | null {
    const { whole, batchSize, state } = this.#source;
    const samples = whole?.samples ?? null;
    if (this.#pass !== null) {
      return { shuffle: this.#shuffle, taken: this.#taken, samples, batchSize, dataset: this.#dataset };
    }
    if (state === null) return null;
    return { shuffle: null, taken: 0, samples, batchSize, dataset: state.getState() };
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
    const dataset = state.dataset ?? null;
    if (dataset !== null) this.#source.state?.setState(dataset);
    for (let left = state.taken; left > 0; left--) {
      if ((await this.#next(left)) !== null) continue;
      throw new ValueError(
        `${this.#method}: the run to go on with had taken ${state.taken} batches from its data, but this data ends after ` +
          `${state.taken - left}. Go on with the same data.`,
      );
    }
  }

  /**
   * Begins the next pass of a `Dataset` and reads its first batches, so that they are there when the next epoch begins.
   * Other data may be made for the moment when it is asked for.
   */
  prepare(): void {
    if (this.#source.state === null || this.#source.before !== undefined || this.#pass !== null) return;
    this.#begin().ask(Math.min(READ_AHEAD, this.#stepsPerEpoch ?? READ_AHEAD));
  }

  #begin(): Pass {
    this.#shuffle = this.#source.shuffle?.getState() ?? null;
    this.#dataset = this.#source.state?.getState() ?? null;
    this.#taken = 0;
    this.#pass = open(this.#source);
    return this.#pass;
  }

  /**
   * The next batch of the pass, which is begun if need be; null when it has ended.
   *
   * @param wanted How many batches the caller may want, this one included. No more than these are read.
   */
  async #next(wanted: number): Promise<Batch | null> {
    if (this.#pass === null) await this.#source.before?.();
    const pass = this.#pass ?? this.#begin();
    const taken = pass.take();
    pass.ask(Math.min(READ_AHEAD, wanted - 1));
    const result = await taken;
    if (result.done) {
      this.#pass = null;
      return null;
    }
    this.#taken++;
    return result.value;
  }

  /**
   * The batches of the next epoch, without the first `done` of them. Warns once when there are fewer than were asked for.
   * Throws ValueError when there are none at all.
   *
   * @param most The caller takes so many at most.
   */
  async *epoch(done = 0, most = Number.POSITIVE_INFINITY): AsyncGenerator<Batch> {
    const wanted = this.#stepsPerEpoch ?? most;
    let given = done;
    let fresh = this.#pass === null || this.#taken === 0;
    while (given < wanted) {
      const batch = await this.#next(wanted - given);
      if (batch !== null) {
        given++;
        yield batch;
        continue;
      }
      // The pass may have ended exactly with the last epoch. This is no end of the data: a new pass begins.
      const goesOn = this.#source.goesOn && Number.isFinite(wanted) && this.#taken > 0;
      if (!goesOn && (given > 0 || fresh)) break;
      fresh = true;
    }
    if (given === 0) this.#refuseEmpty();
    if (given < wanted && Number.isFinite(wanted)) this.#warnShort(given, wanted);
    if (this.#stepsPerEpoch === null) await this.close();
  }

  /** Ends a pass that is under way, unless it is the only one. */
  async leave(): Promise<void> {
    if (!this.#source.onePass) await this.close();
  }

  /** Ends a pass that is under way, so that generators can run their clean-up code. */
  async close(): Promise<void> {
    const pass = this.#pass;
    this.#pass = null;
    await pass?.close();
  }

  #refuseEmpty(): never {
    throw new ValueError(
      `${this.#method}: the dataset gave no batches. A generator can be iterated once only: for more epochs pass an ` +
        'object whose [Symbol.asyncIterator]() starts anew, or an endless generator with stepsPerEpoch (for validation ' +
        'data: validationSteps).',
    );
  }

  #warnShort(given: number, wanted: number): void {
    if (this.#warned) return;
    this.#warned = true;
    console.warn(
      `${this.#method}: your input ran out of data after ${given} of ${wanted} batches. Make sure that it can give as many, ` +
        'or ask for fewer steps.',
    );
  }
}

function describeData(samples: number | null, batchSize: number | null, shuffled: boolean): string {
  if (samples === null) return 'a dataset';
  return `${samples} samples in batches of ${batchSize}, ${shuffled ? '' : 'not '}shuffled`;
}

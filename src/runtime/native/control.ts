/** @file The control block as JavaScript sees it: preparing jobs, and telling threads to leave a job. */

import {
  CLOSED,
  CONTROL,
  CONTROL_BYTES,
  LAST_GENERATION,
  SHARE_ROW,
  SHARE_ROW_BYTES,
} from '../../codegen/x64/control-block.ts';

/** Runs of a program, one after another. */
export interface NativeJob {
  /** Address of the program's code. */
  readonly entry: number;
  /** Address of each thread's arena. */
  readonly arenas: readonly number[];
  /** Address of the first run's table of buffers. */
  readonly bufferTable: number;
  /** Shards of a samples phase. */
  readonly shards: number;
  /** Samples of the first run. */
  readonly samples: number;
  /** Address of the table with the runs after the first. */
  readonly further: number;
  /** Number of the runs after the first. */
  readonly left: number;
}

/** The generations of a job's runs. */
export interface Generations {
  readonly first: number;
  readonly last: number;
}

/** Memory that machine code and JavaScript share, zeros at first. On a cache line's boundary where threads share it. */
export interface SharedBlock {
  readonly address: number;
  readonly buffer: ArrayBufferLike;
}

const HIGH_HALF = 2n ** 32n;

/** Offset of the table with the threads' shares, after the table of arenas. */
function sharesOffset(threads: number): number {
  return CONTROL_BYTES + Math.ceil((8 * threads) / SHARE_ROW_BYTES) * SHARE_ROW_BYTES;
}

export class Control {
  readonly address: number;
  readonly #threads: number;
  readonly #words: Uint32Array;
  readonly #longs: BigUint64Array;
  /** The generations of the last job's runs. */
  #generations: Generations = { first: 0, last: 0 };

  /** Bytes of the block and of the tables after it. */
  static bytes(threads: number): number {
    return sharesOffset(threads) + SHARE_ROW_BYTES * threads;
  }

  constructor({ address, buffer }: SharedBlock, threads: number) {
    this.address = address;
    this.#threads = threads;
    this.#words = new Uint32Array(buffer);
    this.#longs = new BigUint64Array(buffer);
    this.#setLong(CONTROL.arenas, address + CONTROL_BYTES);
    this.#setLong(CONTROL.shares, address + sharesOffset(threads));
    Atomics.store(this.#longs, CONTROL.next / 8, BigInt(CLOSED));
  }

  /** The C functions by which threads sleep. */
  setSleep(sleepFunction: number, wakeFunction: number): void {
    this.#setLong(CONTROL.sleepFunction, sleepFunction);
    this.#setLong(CONTROL.wakeFunction, wakeFunction);
  }

  /** Prepares a job and leaves it closed. The job before it must be done. */
  setUp({ entry, arenas, shards, bufferTable, samples, further, left }: NativeJob): Generations {
    const generations = this.close(1 + left);
    this.#setLong(CONTROL.entry, entry);
    this.#setLong(CONTROL.bufferTable, bufferTable);
    this.#setShares(shards);
    arenas.forEach((arena, i) => this.#setLong(CONTROL_BYTES + 8 * i, arena));
    this.#words[CONTROL.samples / 4] = samples;
    this.#setLong(CONTROL.further, further);
    this.#words[CONTROL.left / 4] = left;
    Atomics.store(this.#words, CONTROL.done / 4, 0);
    return generations;
  }

  /** Opens the prepared job. */
  open(): void {
    Atomics.store(this.#longs, CONTROL.next / 8, BigInt(this.#generations.first) * HIGH_HALF);
  }

  /** After this call no thread enters the last job. Returns new generations for `runs` runs. */
  close(runs = 1): Generations {
    const next = this.#generations.last + 1;
    const first = next + runs > LAST_GENERATION ? 1 : next;
    this.#generations = { first, last: first + runs - 1 };
    Atomics.store(this.#longs, CONTROL.next / 8, BigInt(first) * HIGH_HALF + BigInt(CLOSED));
    return this.#generations;
  }

  /** True when no helper is in a job's code any more, after `close`. */
  get isLeft(): boolean {
    return Atomics.load(this.#words, CONTROL.inside / 4) === 0;
  }

  /** Ends the helpers that are awake; sleeping helpers must be woken. */
  stop(): void {
    Atomics.store(this.#words, CONTROL.stop / 4, 1);
    Atomics.add(this.#words, CONTROL.news / 4, 1);
  }

  /** Shares the shards out as evenly as possible; a thread gets neighbouring shards. */
  #setShares(shards: number): void {
    for (let thread = 0; thread < this.#threads; thread++) {
      const row = (sharesOffset(this.#threads) + SHARE_ROW_BYTES * thread) / 4;
      const first = Math.floor((thread * shards) / this.#threads);
      this.#words[row + SHARE_ROW.first / 4] = first;
      this.#words[row + SHARE_ROW.size / 4] = Math.floor(((thread + 1) * shards) / this.#threads) - first;
    }
  }

  #setLong(field: number, value: number): void {
    this.#longs[field / 8] = BigInt(value);
  }
}

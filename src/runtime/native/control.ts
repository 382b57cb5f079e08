/** @file The control block as JavaScript sees it: setting jobs up, and telling threads to leave. */

import { CLOSED, CONTROL, CONTROL_BYTES, LAST_GENERATION } from '../../codegen/x64/control-block.ts';

/** A step to be run. */
export interface NativeJob {
  /** Address of the program's code. */
  readonly entry: number;
  /** Address of the frame. */
  readonly frame: number;
  /** Address of each thread's arena. */
  readonly arenas: readonly number[];
  readonly samples: number;
}

/** Memory that machine code and JavaScript share, zeros at first. On a cache line's boundary where threads share it. */
export interface SharedBlock {
  readonly address: number;
  readonly buffer: ArrayBufferLike;
}

const HIGH_HALF = 2n ** 32n;

export class Control {
  readonly address: number;
  readonly #words: Uint32Array;
  readonly #longs: BigUint64Array;
  #generation = 0;

  /** Bytes of the block, and of the table behind it. */
  static bytes(threads: number): number {
    return CONTROL_BYTES + 8 * threads;
  }

  constructor({ address, buffer }: SharedBlock) {
    this.address = address;
    this.#words = new Uint32Array(buffer);
    this.#longs = new BigUint64Array(buffer);
    this.#setLong(CONTROL.arenas, address + CONTROL_BYTES);
    Atomics.store(this.#longs, CONTROL.next / 8, BigInt(CLOSED));
  }

  /** The C functions by which threads sleep. */
  setSleep(sleepFunction: number, wakeFunction: number): void {
    this.#setLong(CONTROL.sleepFunction, sleepFunction);
    this.#setLong(CONTROL.wakeFunction, wakeFunction);
  }

  /** Sets a job up, closed; the one before it must be done. Returns its generation. */
  setUp({ entry, frame, arenas, samples }: NativeJob): number {
    const generation = this.close();
    this.#setLong(CONTROL.entry, entry);
    this.#setLong(CONTROL.frame, frame);
    arenas.forEach((arena, i) => this.#setLong(CONTROL_BYTES + 8 * i, arena));
    this.#words[CONTROL.samples / 4] = samples;
    Atomics.store(this.#words, CONTROL.done / 4, 0);
    return generation;
  }

  /** Opens the job that was set up. */
  open(): void {
    Atomics.store(this.#longs, CONTROL.next / 8, BigInt(this.#generation) * HIGH_HALF);
  }

  /** From here on nobody enters the last job. Returns a new generation. */
  close(): number {
    this.#generation = this.#generation === LAST_GENERATION ? 1 : this.#generation + 1;
    Atomics.store(this.#longs, CONTROL.next / 8, BigInt(this.#generation) * HIGH_HALF + BigInt(CLOSED));
    return this.#generation;
  }

  /** True when no helper is in a job's code any more, after `close`. */
  get isLeft(): boolean {
    return Atomics.load(this.#words, CONTROL.inside / 4) === 0;
  }

  /** Ends the helpers that are awake; those that sleep must be roused. */
  stop(): void {
    Atomics.store(this.#words, CONTROL.stop / 4, 1);
    Atomics.add(this.#words, CONTROL.news / 4, 1);
  }

  #setLong(field: number, value: number): void {
    this.#longs[field / 8] = BigInt(value);
  }
}

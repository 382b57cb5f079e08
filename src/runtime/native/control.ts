/** @file The control block as JavaScript sees it: posting jobs and noticing that they are done. */

import { CLOSED, CONTROL, CONTROL_BYTES, LAST_GENERATION } from '../../codegen/x64/control-block.ts';
import type { Foreign } from './foreign.ts';

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

/** `Atomics.waitAsync`, which Node has had since 16 and TypeScript's library does not know yet. */
interface AsyncAtomics {
  waitAsync(
    array: Int32Array,
    index: number,
    value: number,
  ): { readonly async: false } | { readonly async: true; readonly value: Promise<string> };
}

const CACHE_LINE = 64;
const HIGH_HALF = 2n ** 32n;

export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly address: number;
  readonly #words: Int32Array;
  readonly #longs: BigUint64Array;
  /** Bytes from the buffer's start to the block. */
  readonly #offset: number;
  readonly #arenaTable: number;
  #generation = 0;

  constructor(foreign: Foreign, threads: number) {
    this.buffer = new SharedArrayBuffer(CONTROL_BYTES + 8 * threads + CACHE_LINE);
    const start = foreign.addressOf(new Uint8Array(this.buffer));
    this.address = Math.ceil(start / CACHE_LINE) * CACHE_LINE;
    this.#offset = this.address - start;
    this.#words = new Int32Array(this.buffer);
    this.#longs = new BigUint64Array(this.buffer, 0, Math.floor(this.buffer.byteLength / 8));
    this.#arenaTable = this.address + CONTROL_BYTES;
    this.#setLong(CONTROL.arenas, this.#arenaTable);
    Atomics.store(this.#longs, this.#long(CONTROL.next), BigInt(CLOSED));
  }

  /** Index of a field in the buffer's 32-bit words. */
  word(field: number): number {
    return (this.#offset + field) / 4;
  }

  setYield(address: number): void {
    this.#setLong(CONTROL.yield, address);
  }

  /** Opens a job to the threads; the one before it must be done. Returns its generation. */
  post({ entry, frame, arenas, samples }: NativeJob): number {
    const generation = this.close();
    this.#setLong(CONTROL.entry, entry);
    this.#setLong(CONTROL.frame, frame);
    arenas.forEach((arena, i) => this.#setLong(CONTROL_BYTES + 8 * i, arena));
    this.#words[this.word(CONTROL.samples)] = samples;
    Atomics.store(this.#words, this.word(CONTROL.done), 0);
    Atomics.store(this.#longs, this.#long(CONTROL.next), BigInt(generation) * HIGH_HALF);
    Atomics.store(this.#words, this.word(CONTROL.generation), generation);
    return generation;
  }

  /** Wakes the threads that sleep for want of a job. */
  wake(): void {
    Atomics.notify(this.#words, this.word(CONTROL.generation));
  }

  /** From here on nobody enters the last job. Returns a new generation. */
  close(): number {
    this.#generation = this.#generation === LAST_GENERATION ? 1 : this.#generation + 1;
    const next = BigInt(this.#generation) * HIGH_HALF + BigInt(CLOSED);
    Atomics.store(this.#longs, this.#long(CONTROL.next), next);
    return this.#generation;
  }

  /** True when nobody is in a job's code any more, after `close`. */
  get isLeft(): boolean {
    return Atomics.load(this.#words, this.word(CONTROL.inside)) === 0;
  }

  /** Ends the threads. */
  stop(): void {
    Atomics.store(this.#words, this.word(CONTROL.stop), 1);
    Atomics.store(this.#words, this.word(CONTROL.generation), -1);
    this.wake();
  }

  /** Settles when the job with that generation is done. */
  async finished(generation: number): Promise<void> {
    await this.#until(CONTROL.finished, (value) => value === generation);
  }

  /** Settles when so many workers are ready. */
  async ready(workers: number): Promise<void> {
    await this.#until(CONTROL.ready, (value) => value >= workers);
  }

  /** Waits, blocking the caller's thread, until so many workers have left; not longer than `milliseconds`. */
  waitUntilLeft(workers: number, milliseconds: number): void {
    const word = this.word(CONTROL.left);
    const end = performance.now() + milliseconds;
    for (let left = 0; left < workers && performance.now() < end; ) {
      left = Atomics.load(this.#words, word);
      if (left < workers) Atomics.wait(this.#words, word, left, end - performance.now());
    }
  }

  async #until(field: number, isEnough: (value: number) => boolean): Promise<void> {
    const word = this.word(field);
    for (;;) {
      const value = Atomics.load(this.#words, word);
      if (isEnough(value)) return;
      const change = (Atomics as unknown as AsyncAtomics).waitAsync(this.#words, word, value);
      if (change.async) await change.value;
    }
  }

  #long(field: number): number {
    return (this.#offset + field) / 8;
  }

  #setLong(field: number, value: number): void {
    this.#longs[this.#long(field)] = BigInt(value);
  }
}

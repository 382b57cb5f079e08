/** @file Arenas: scratch memory for activations, one block per thread, shared by all programs of a runtime. */

import type { Heap } from './heap.ts';
import type { JobQueue } from './job-queue.ts';

/** Keeps the arenas as large as the largest program wants them: programs never run at the same time. */
export class Arenas {
  readonly #heap: Heap;
  readonly #threads: number;
  #bytes = 0;
  #addresses: readonly number[];

  constructor(heap: Heap, threads: number) {
    this.#heap = heap;
    this.#threads = threads;
    this.#addresses = Array.from({ length: threads }, () => 0);
  }

  /** The arena of each thread, valid until the next `require`. */
  get addresses(): readonly number[] {
    return this.#addresses;
  }

  /** Makes every arena at least `bytes` large. Jobs under way in `queue` keep the arenas they have. */
  require(bytes: number, queue: JobQueue): void {
    if (bytes <= this.#bytes) return;
    const old = this.#bytes > 0 ? this.#addresses : [];
    const fresh: number[] = [];
    try {
      while (fresh.length < this.#threads) fresh.push(this.#heap.alloc(bytes));
    } catch (error) {
      for (const address of fresh) this.#heap.free(address);
      throw error;
    }
    this.#addresses = fresh;
    this.#bytes = bytes;
    queue.whenIdle(() => {
      for (const address of old) this.#heap.free(address);
    });
  }
}

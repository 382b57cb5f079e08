/**
 * @file The profile, FOVEA_PROFILE=1: how long each call of a program's kernels takes, printed when the program is
 * disposed of or the process ends.
 */

import { PROFILE_ROW_BYTES } from '../../codegen/x64/profile.ts';
import type { Heap } from '../heap.ts';

/** The time of one row: a kernel, the zeroing of sums, or waiting for other threads. */
export interface ProfileRow {
  readonly name: string;
  readonly calls: number;
  /** Cycles and calls, added up over all threads. */
  readonly cycles: number;
}

/** The table that a program's instance adds its times to. */
export class Profile {
  readonly address: number;
  readonly #heap: Heap;
  readonly #names: readonly string[];

  constructor(heap: Heap, names: readonly string[]) {
    this.#heap = heap;
    this.#names = names;
    const words = (Math.max(1, names.length) * PROFILE_ROW_BYTES) / 4;
    this.address = heap.alloc(words * 4);
    heap.words(this.address, words).fill(0);
  }

  rows(): ProfileRow[] {
    const words = this.#heap.words(this.address, (this.#names.length * PROFILE_ROW_BYTES) / 4);
    const long = (at: number): number => words[at]! + words[at + 1]! * 2 ** 32;
    return this.#names.map((name, i) => ({ name, cycles: long(i * 4), calls: long(i * 4 + 2) }));
  }

  /** The rows as text, those that take longest first. */
  print(title: string, cyclesPerMillisecond: number): string {
    const rows = this.rows()
      .filter(({ calls }) => calls > 0)
      .sort((a, b) => b.cycles - a.cycles);
    const total = rows.reduce((sum, { cycles }) => sum + cycles, 0);
    const lines = rows.map(({ name, calls, cycles }) => {
      const milliseconds = (cycles / cyclesPerMillisecond).toFixed(2).padStart(10);
      const share = ((100 * cycles) / total).toFixed(1).padStart(5);
      const each = ((1000 * cycles) / cyclesPerMillisecond / calls).toFixed(2).padStart(9);
      return `${milliseconds} ms ${share} % ${String(calls).padStart(8)} calls of ${each} µs  ${name}`;
    });
    return [`== ${title}: profile, all threads together`, ...lines].join('\n');
  }

  free(): void {
    this.#heap.free(this.address);
  }
}

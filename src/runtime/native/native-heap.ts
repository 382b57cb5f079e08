/** @file The memory of native programs: the engine's heap, with the addresses that machine code uses. */

import type { Program } from '../../compiler/program.ts';
import { Heap, INITIAL_PAGES } from '../heap.ts';
import { growableMemory, type HeapMemory, PAGE_BYTES, reserve } from '../heap-memory.ts';
import type { Foreign } from './foreign.ts';
import type { SystemMemory } from './system-memory.ts';

/** Arenas that only one program uses. */
export interface OwnArenas {
  /** One for each thread. */
  readonly addresses: readonly number[];
  free(): void;
}

/** A heap in shared memory, which never moves. */
export class NativeHeap extends Heap {
  /** The machine's address of the heap's address 0. */
  readonly base: number;
  protected readonly system: SystemMemory;
  #advised = 0;

  constructor(foreign: Foreign, system: SystemMemory, maximumPages?: number) {
    super(reserve((maximum) => modestMemory(system, maximum), ADVICE, maximumPages));
    this.base = foreign.addressOf(new Uint8Array(this.memory.buffer));
    this.system = system;
    this.#advise();
  }

  override alloc(bytes: number): number {
    const address = super.alloc(bytes);
    if (this.memory.buffer.byteLength > this.#advised) this.#advise();
    return address;
  }

  /** The program as it is laid out in this memory, and forbidden pages of its arenas. */
  layOut(program: Program): { laidOut: Program; guards: readonly number[] } {
    return { laidOut: program, guards: [] };
  }

  /** Arenas of a program's own; null where programs share them. */
  arenasFor(_bytes: number, _threads: number, _guards: readonly number[]): OwnArenas | null {
    return null;
  }

  /** Asks for large pages for the new memory, which is untouched so far. */
  #advise(): void {
    const { byteLength } = this.memory.buffer;
    this.system.preferLargePages(this.base + this.#advised, byteLength - this.#advised);
    this.#advised = byteLength;
  }
}

/** Throws RangeError unless enough addresses stay free for the rest of the process. */
function modestMemory(system: SystemMemory, maximumPages: number): HeapMemory {
  if (!system.canReserve(2 * maximumPages * PAGE_BYTES)) throw new RangeError('too few addresses are free');
  return growableMemory(INITIAL_PAGES, maximumPages);
}

const ADVICE = "Raise the process's limit on addresses (ulimit -v).";

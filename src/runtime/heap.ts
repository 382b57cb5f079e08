/** @file Heap: the memory that kernels work on, with an allocator over it. */

import { BackendError, InternalError } from '../base/errors.ts';
import { type GrantedMemory, type HeapMemory, PAGE_BYTES } from './heap-memory.ts';

/** Every block begins on such a boundary: a cache line, and an AVX-512 register. */
export const HEAP_ALIGNMENT = 64;

/**
 * Bytes at the start that are never handed out. Address 0 stays invalid, and kernels may form pointers to padding
 * rows in front of a buffer without wrapping around below 0. Untouched pages cost no memory.
 */
const RESERVED_BYTES = 1 << 20;

/** Pages of a memory when a heap is made of it. */
export const INITIAL_PAGES = RESERVED_BYTES / PAGE_BYTES;

/** Memory is grown by this much more than needed, so that small allocations do not each grow it. */
const GROWTH_SLACK_BYTES = 16 << 20;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** A heap has no room for a block. The engine can make room: see `makeRoom` in src/engine/room.ts. */
export class HeapFullError extends BackendError {}

/** An allocator over one memory that grows up to its maximum (4 GiB where the machine allows it). */
export class Heap {
  readonly memory: HeapMemory;
  readonly #maximumBytes: number;
  readonly #cut: boolean;
  /** Sizes of the blocks handed out, by address. */
  readonly #sizes = new Map<number, number>();
  /** Free blocks below `#top` by ascending address; neighbouring ones are joined. */
  #free: Block[] = [];
  /** Memory at and above this address was never handed out, so it is still zero. */
  #top = RESERVED_BYTES;
  #usedBytes = 0;

  /** A heap over a memory of INITIAL_PAGES pages. */
  constructor({ memory, maximumPages, cut }: GrantedMemory) {
    this.memory = memory;
    this.#maximumBytes = maximumPages * PAGE_BYTES;
    this.#cut = cut;
  }

  /** Bytes handed out and not freed. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * A zeroed block of at least `bytes` bytes at a multiple of 64. Throws HeapFullError when memory is exhausted.
   * Growing an unshared memory detaches all views of it: take views afresh after every allocation.
   */
  alloc(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new InternalError(`Heap.alloc got ${bytes}; expected a whole number of bytes.`);
    }
    const size = Math.max(1, Math.ceil(bytes / HEAP_ALIGNMENT)) * HEAP_ALIGNMENT;
    const address = this.#takeFree(size) ?? this.#takeTop(size);
    this.#sizes.set(address, size);
    this.#usedBytes += size;
    return address;
  }

  /** Gives a block back. Throws InternalError when `address` is not that of a block in use. */
  free(address: number): void {
    const bytes = this.#sizes.get(address);
    if (bytes === undefined) {
      throw new InternalError(`Heap.free got address ${address}, where no block in use begins.`);
    }
    this.#sizes.delete(address);
    this.#usedBytes -= bytes;
    this.#insertFree({ address, bytes });
  }

  /** A fresh view of `count` floats from `address`. */
  floats(address: number, count: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  /** A fresh view of `count` bytes from `address`. */
  bytes(address: number, count: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, address, count);
  }

  /** A fresh view of `count` unsigned words from `address`. */
  words(address: number, count: number): Uint32Array {
    return new Uint32Array(this.memory.buffer, address, count);
  }

  #takeFree(bytes: number): number | undefined {
    const index = this.#free.findIndex((block) => block.bytes >= bytes);
    if (index < 0) return undefined;
    const block = this.#free[index]!;
    if (block.bytes === bytes) this.#free.splice(index, 1);
    else this.#free[index] = { address: block.address + bytes, bytes: block.bytes - bytes };
    this.#zero(block.address, bytes);
    return block.address;
  }

  /** Takes a block from the end, together with a free block that reaches up to it. */
  #takeTop(bytes: number): number {
    const last = this.#free.at(-1);
    const joined = last !== undefined && last.address + last.bytes === this.#top ? last : undefined;
    const address = joined?.address ?? this.#top;
    this.#growTo(address + bytes, bytes);
    if (joined) {
      this.#free.pop();
      this.#zero(joined.address, joined.bytes);
    }
    this.#top = address + bytes;
    return address;
  }

  #growTo(end: number, wanted: number): void {
    const present = this.memory.buffer.byteLength;
    if (end <= present) return;
    const roomy = Math.min(end + GROWTH_SLACK_BYTES, this.#maximumBytes);
    for (const target of roomy > end ? [roomy, end] : [end]) {
      if (target > this.#maximumBytes) break;
      try {
        this.memory.grow(Math.ceil((target - present) / PAGE_BYTES));
        return;
      } catch {
        // The machine refused; the next target is smaller.
      }
    }
    throw new HeapFullError(
      `Out of engine memory: ${mebibytes(wanted)} more were asked for while ${mebibytes(this.#usedBytes)} are in ` +
        `use; the limit is ${mebibytes(this.#maximumBytes)}. Use a smaller batch size or a smaller model` +
        `${this.#cut ? ', or allow the process more address space (ulimit -v)' : ''}.`,
    );
  }

  #insertFree(block: Block): void {
    let index = this.#free.findIndex(({ address }) => address > block.address);
    if (index < 0) index = this.#free.length;
    const before = this.#free[index - 1];
    const after = this.#free[index];
    const joinsBefore = before !== undefined && before.address + before.bytes === block.address;
    const joinsAfter = after !== undefined && block.address + block.bytes === after.address;
    const address = joinsBefore ? before.address : block.address;
    const end = joinsAfter ? after.address + after.bytes : block.address + block.bytes;
    const from = joinsBefore ? index - 1 : index;
    const replaced = Number(joinsBefore) + Number(joinsAfter);
    this.#free.splice(from, replaced, { address, bytes: end - address });
  }

  #zero(address: number, bytes: number): void {
    new Uint8Array(this.memory.buffer, address, bytes).fill(0);
  }
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 2 : 0)} MiB`;
}

/** @file Heap: the memory that kernels work on, one WebAssembly.Memory with an allocator over it. */

import { BackendError, InternalError } from '../base/errors.ts';

/** Bytes of a WebAssembly page. */
const PAGE_BYTES = 65536;

/** Every block begins on such a boundary: a cache line, and an AVX-512 register. */
export const HEAP_ALIGNMENT = 64;

/**
 * Bytes at the start that are never handed out. Address 0 stays invalid, and kernels may form pointers to padding
 * rows in front of a buffer without wrapping around below 0. Untouched pages cost no memory.
 */
const RESERVED_BYTES = 1 << 20;

/** Memory is grown by this much more than needed, so that small allocations do not each grow it. */
const GROWTH_SLACK_BYTES = 16 << 20;

const LARGEST_MAXIMUM_PAGES = 65536;
const SMALLEST_MAXIMUM_PAGES = 2048;

interface Block {
  readonly address: number;
  readonly bytes: number;
}

/** An allocator over one WebAssembly.Memory that grows up to its maximum (4 GiB where the machine allows it). */
export class Heap {
  readonly memory: WebAssembly.Memory;
  readonly shared: boolean;
  readonly #maximumBytes: number;
  /** Sizes of the blocks handed out, by address. */
  readonly #sizes = new Map<number, number>();
  /** Free blocks below `#top` by ascending address; no two touch. */
  #free: Block[] = [];
  /** Nothing at or above this address was ever handed out, so it is still zero. */
  #top = RESERVED_BYTES;
  #usedBytes = 0;

  /**
   * Throws BackendError when not even a small memory can be had. `maximumPages` (of 64 KiB) caps the memory; the
   * default is what the machine allows.
   */
  constructor(options: { readonly shared: boolean; readonly maximumPages?: number }) {
    const { memory, maximumPages } = createMemory(
      options.shared,
      options.maximumPages ?? LARGEST_MAXIMUM_PAGES,
    );
    this.memory = memory;
    this.shared = options.shared;
    this.#maximumBytes = maximumPages * PAGE_BYTES;
  }

  /** Bytes handed out and not freed. */
  get usedBytes(): number {
    return this.#usedBytes;
  }

  /**
   * A zeroed block of at least `bytes` bytes at a multiple of 64. Throws BackendError when memory is exhausted.
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
    throw new BackendError(
      `Out of engine memory: ${mebibytes(wanted)} more were asked for while ${mebibytes(this.#usedBytes)} are in ` +
        `use; the limit is ${mebibytes(this.#maximumBytes)}. Use a smaller batch size or a smaller model, or ` +
        'dispose of models that are no longer needed.',
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

/** The memory with the largest maximum the machine grants: address space is reserved for it at once. */
function createMemory(
  shared: boolean,
  wantedPages: number,
): { memory: WebAssembly.Memory; maximumPages: number } {
  const initial = RESERVED_BYTES / PAGE_BYTES;
  let failure: unknown;
  for (let maximum = wantedPages; maximum >= Math.min(wantedPages, SMALLEST_MAXIMUM_PAGES); maximum >>= 1) {
    try {
      return { memory: new WebAssembly.Memory({ initial, maximum, shared }), maximumPages: maximum };
    } catch (error) {
      failure = error;
    }
  }
  throw new BackendError(
    `No memory for the WebAssembly engine: the machine refused even ${mebibytes(
      SMALLEST_MAXIMUM_PAGES * PAGE_BYTES,
    )} of address space. Raise the process's limit on virtual memory (ulimit -v).`,
    { cause: failure },
  );
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(bytes < 10 * 2 ** 20 ? 2 : 0)} MiB`;
}

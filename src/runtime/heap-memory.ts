/** @file The memory under a heap: grown in place up to a maximum, for which address space is reserved at once. */

import { BackendError } from '../base/errors.ts';

/** Bytes of a page: heaps grow by whole ones. WebAssembly's pages are as large. */
export const PAGE_BYTES = 65536;

/** Memory that grows by pages, zeroed. A WebAssembly.Memory is one. */
export interface HeapMemory {
  readonly buffer: ArrayBufferLike;
  /** Throws RangeError when the machine refuses. */
  grow(pages: number): unknown;
}

/** Memory that the machine granted. */
export interface GrantedMemory<M extends HeapMemory = HeapMemory> {
  readonly memory: M;
  readonly maximumPages: number;
  /** True when the machine refused to reserve the wanted size. */
  readonly cut: boolean;
}

const LARGEST_MAXIMUM_PAGES = 65536;
const SMALLEST_MAXIMUM_PAGES = 2048;

/**
 * The memory with the largest maximum that the machine grants, `wantedPages` at most. Throws BackendError, with
 * `refusal` as its advice, when not even a small memory can be had.
 */
export function reserve<M extends HeapMemory>(
  make: (maximumPages: number) => M,
  refusal: string,
  wantedPages: number = LARGEST_MAXIMUM_PAGES,
): GrantedMemory<M> {
  let failure: unknown;
  for (let maximum = wantedPages; maximum >= Math.min(wantedPages, SMALLEST_MAXIMUM_PAGES); maximum >>= 1) {
    try {
      return { memory: make(maximum), maximumPages: maximum, cut: maximum < wantedPages };
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      failure = error;
    }
  }
  throw new BackendError(
    `No memory for the engine: the machine refused to reserve even ${
      (SMALLEST_MAXIMUM_PAGES * PAGE_BYTES) / 2 ** 20
    } MiB of address space (${(failure as Error).message}). ${refusal}`,
    { cause: failure },
  );
}

interface GrowableBuffer extends SharedArrayBuffer {
  grow(bytes: number): void;
}

type GrowableBufferConstructor = new (
  bytes: number,
  options: { readonly maxByteLength: number },
) => GrowableBuffer;

/**
 * Shared memory of JavaScript's own, which never moves. It reserves no more than its maximum, unlike a
 * WebAssembly.Memory, for which V8 reserves 8 GiB of guard pages.
 */
export function growableMemory(initialPages: number, maximumPages: number): HeapMemory {
  const Growable = SharedArrayBuffer as unknown as GrowableBufferConstructor;
  const buffer = new Growable(initialPages * PAGE_BYTES, { maxByteLength: maximumPages * PAGE_BYTES });
  return { buffer, grow: (pages) => buffer.grow(buffer.byteLength + pages * PAGE_BYTES) };
}

/** @file The memory of WebAssembly programs. */

import { Heap, INITIAL_PAGES } from '../heap.ts';
import { reserve } from '../heap-memory.ts';

/** A heap in a WebAssembly.Memory. */
export class WasmHeap extends Heap {
  declare readonly memory: WebAssembly.Memory;
  readonly shared: boolean;

  /**
   * Throws BackendError when not even a small memory can be had. `maximumPages` (of 64 KiB) caps the memory; the
   * default is what the machine allows.
   */
  constructor(options: { readonly shared: boolean; readonly maximumPages?: number | undefined }) {
    const { shared, maximumPages } = options;
    const make = (maximum: number) => new WebAssembly.Memory({ initial: INITIAL_PAGES, maximum, shared });
    super(reserve(make, ADVICE, maximumPages));
    this.shared = shared;
  }
}

const ADVICE =
  'For each memory WebAssembly reserves some 10 GiB of addresses on top of its own size. Raise the limit on them ' +
  '(ulimit -v), or use the native backend, which needs less.';

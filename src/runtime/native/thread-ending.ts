/**
 * @file What happens when the thread that JavaScript runs on ends. A worker's thread may end at any time while the
 * process goes on, and a worker that is terminated runs no more JavaScript. So the system calls machine code, which
 * ends the helpers and unmaps the worker's memory.
 */

import {
  ENDING,
  ENDING_BYTES,
  endingCode,
  MAPPING_ROW,
  MAPPING_ROW_BYTES,
} from '../../codegen/x64/ending-code.ts';
import type { NativeSupport } from './support.ts';
import type { SystemMemory } from './system-memory.ts';
import type { SystemThread } from './system-threads.ts';

/** The most mappings that are noted: more than a worker's steps, threads and buffers need. Further ones stay mapped. */
const MAPPINGS = 4096;

/** The helpers to end and the memory to unmap when this thread ends. */
export interface ThreadEnding {
  /** The system's memory: what is mapped through it is unmapped at the end. */
  readonly system: SystemMemory;
  /** Helpers to be ended, all of one control block. */
  setHelpers(control: number, helpers: readonly SystemThread[]): void;
  /** Removes a helper, because other code waits for its end. */
  withdraw(helper: number): void;
  /**
   * Cancels everything: the helpers have ended, and the owners free the memory that is still mapped. To be called once
   * only.
   */
  cancel(): void;
}

/**
 * Prepares for the end of this thread. Null on the process' main thread, with which the process ends, and on Windows,
 * where no function can be registered.
 */
export async function prepareEnding(support: NativeSupport, threads: number): Promise<ThreadEnding | null> {
  const { isMainThread } = await import('node:worker_threads');
  const { atThreadEnd } = support.threads;
  return isMainThread || atThreadEnd === null ? null : new EndingTable(support, threads, atThreadEnd);
}

class EndingTable implements ThreadEnding {
  readonly system: SystemMemory;
  readonly cancel: () => void;
  readonly #view: DataView;
  readonly #free: number[];
  #cancelled = false;

  constructor(
    { system, threads: { sleepCall } }: NativeSupport,
    threads: number,
    atThreadEnd: NonNullable<NativeSupport['threads']['atThreadEnd']>,
  ) {
    const handlesAt = ENDING_BYTES;
    const rowsAt = Math.ceil((handlesAt + 8 * threads) / MAPPING_ROW_BYTES) * MAPPING_ROW_BYTES;
    const bytes = rowsAt + MAPPINGS * MAPPING_ROW_BYTES;
    const table = system.share(bytes);
    const code = system.load(endingCode(sleepCall));
    this.#view = new DataView(table.buffer);
    this.#free = Array.from({ length: MAPPINGS }, (_, i) => rowsAt + (MAPPINGS - 1 - i) * MAPPING_ROW_BYTES);
    const { key, join, unmap, deleteKey, cancel } = atThreadEnd(code.address, table.address);
    const fields: readonly (readonly [number, number])[] = [
      [ENDING.handles, table.address + handlesAt],
      [ENDING.mappings, MAPPINGS],
      [ENDING.mappingRows, table.address + rowsAt],
      [ENDING.join, join],
      [ENDING.unmap, unmap],
      [ENDING.deleteKey, deleteKey],
      [ENDING.key, key],
      [ENDING.table, table.address],
      [ENDING.tableBytes, bytes],
    ];
    for (const [field, value] of fields) this.#set(field, value);
    this.system = this.#watched(system);
    this.cancel = () => {
      this.#cancelled = true;
      cancel();
      table.free();
      code.free();
    };
  }

  setHelpers(control: number, helpers: readonly SystemThread[]): void {
    helpers.forEach(({ handle }, i) => this.#set(ENDING_BYTES + 8 * i, handle));
    this.#set(ENDING.control, control);
    this.#set(ENDING.helpers, helpers.length);
  }

  withdraw(helper: number): void {
    this.#set(ENDING_BYTES + 8 * helper, 0);
  }

  #watched(system: SystemMemory): SystemMemory {
    return {
      ...system,
      load: (code) => this.#watch(system.load(code), code.length),
      share: (bytes) => this.#watch(system.share(bytes), bytes),
    };
  }

  /** Notes a mapping until it is freed. */
  #watch<T extends { readonly address: number; free(): void }>(mapping: T, bytes: number): T {
    const row = this.#free.pop();
    if (row === undefined) return mapping;
    this.#set(row + MAPPING_ROW.bytes, bytes);
    this.#set(row + MAPPING_ROW.address, mapping.address);
    return {
      ...mapping,
      free: () => {
        if (!this.#cancelled) {
          this.#set(row + MAPPING_ROW.address, 0);
          this.#free.push(row);
        }
        mapping.free();
      },
    };
  }

  #set(offset: number, value: number): void {
    this.#view.setBigUint64(offset, BigInt(value), true);
  }
}

/** @file Variables in an engine's memory: moved there when a step first uses them, freed when nobody holds them. */

import type { Variable, VariableStorage } from '../graph/variable.ts';
import type { Heap } from '../runtime/heap.ts';

class HeapStorage implements VariableStorage {
  readonly heap: Heap;
  readonly address: number;
  readonly #size: number;

  constructor(heap: Heap, size: number) {
    this.heap = heap;
    this.address = heap.alloc(Math.max(1, size) * Float32Array.BYTES_PER_ELEMENT);
    this.#size = size;
  }

  view(): Float32Array {
    return this.heap.floats(this.address, this.#size);
  }
}

const abandoned = new FinalizationRegistry<HeapStorage>((storage) => storage.heap.free(storage.address));

/** The address of a variable's numbers in `heap`, to which it moves if it is not there yet. */
export function addressOf(variable: Variable, heap: Heap): number {
  const { storage } = variable;
  if (storage instanceof HeapStorage && storage.heap === heap) return storage.address;
  const home = new HeapStorage(heap, variable.size);
  variable.moveTo(home);
  abandoned.unregister(variable);
  if (storage instanceof HeapStorage) storage.heap.free(storage.address);
  abandoned.register(variable, home, variable);
  return home.address;
}

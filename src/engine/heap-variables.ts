/**
 * @file Variables in an engine's memory: moved there when a step first uses them, freed when the program holds no
 * reference to them, and moved back to the host when memory is short and no step uses them.
 */

import type { Variable, VariableStorage } from '../graph/variable.ts';
import type { Heap } from '../runtime/heap.ts';
import { collectorWeight } from './garbage.ts';

/** A variable's place in a heap. */
export interface VariableBlock {
  readonly heap: Heap;
  readonly address: number;
  /** How many steps have the address. */
  pins: number;
}

class HeapStorage implements VariableStorage {
  readonly block: VariableBlock;
  /** The object that tells the collector the variable's size. */
  readonly weight: object | null;
  readonly #size: number;

  constructor(heap: Heap, size: number) {
    const bytes = Math.max(1, size) * Float32Array.BYTES_PER_ELEMENT;
    this.block = { heap, address: heap.alloc(bytes), pins: 0 };
    this.#size = size;
    this.weight = collectorWeight(bytes);
  }

  view(): Float32Array {
    const { heap, address } = this.block;
    return heap.floats(address, this.#size);
  }
}

/** The variables of each heap. */
const homes = new WeakMap<Heap, Map<VariableBlock, WeakRef<Variable>>>();

const abandoned = new FinalizationRegistry<VariableBlock>(free);

function free(block: VariableBlock): void {
  homes.get(block.heap)!.delete(block);
  block.heap.free(block.address);
}

function homeIn(heap: Heap): Map<VariableBlock, WeakRef<Variable>> {
  const home = homes.get(heap) ?? new Map<VariableBlock, WeakRef<Variable>>();
  homes.set(heap, home);
  return home;
}

/**
 * The place of a variable's numbers in `heap`, to which it moves if it is not there yet; it stays there until `unpin`.
 * Throws HeapFullError.
 */
export function pin(variable: Variable, heap: Heap): VariableBlock {
  let { storage } = variable;
  if (!(storage instanceof HeapStorage) || storage.block.heap !== heap) {
    const moved = new HeapStorage(heap, variable.size);
    move(variable, moved);
    abandoned.register(variable, moved.block, variable);
    homeIn(heap).set(moved.block, new WeakRef(variable));
    storage = moved;
  }
  const { block } = storage as HeapStorage;
  block.pins++;
  return block;
}

/** Ends one step's use of the place. */
export function unpin(block: VariableBlock): void {
  block.pins--;
}

/** Moves the variables of a heap that no step has pinned back to the host. Returns whether there were any. */
export function moveIdleToHost(heap: Heap): boolean {
  const idle = [...homeIn(heap)].filter(([{ pins }]) => pins === 0);
  for (const [, reference] of idle) {
    const variable = reference.deref();
    if (variable === undefined) continue;
    const values = new Float32Array(variable.size);
    move(variable, { view: () => values });
  }
  return idle.length > 0;
}

function move(variable: Variable, to: VariableStorage): void {
  const from = variable.storage;
  variable.moveTo(to);
  if (!(from instanceof HeapStorage)) return;
  abandoned.unregister(variable);
  free(from.block);
}

/**
 * @file Makes room in an engine's memory when it is short: first garbage is collected, then steps are freed that can be
 * compiled again, and variables move to the host.
 */

import { type Heap, HeapFullError } from '../runtime/heap.ts';
import { collectGarbage } from './garbage.ts';
import { moveIdleToHost } from './heap-variables.ts';

/** A step that may be freed when memory is short, since its owner can compile it again. */
export interface Evictable {
  /** Frees it and tells its owner. */
  evict(): void;
}

/** What is known about a heap. */
interface HeapUse {
  /** The evictable steps, the most recently used last. */
  readonly steps: Set<WeakRef<Evictable>>;
  /** Whether the last search for garbage found some. */
  litter: boolean;
}

const uses = new WeakMap<Heap, HeapUse>();

function useOf(heap: Heap): HeapUse {
  const known = uses.get(heap) ?? { steps: new Set(), litter: true };
  uses.set(heap, known);
  return known;
}

/** Notes that a step was made or used. */
export function noteUse(heap: Heap, step: WeakRef<Evictable>): void {
  const { steps } = useOf(heap);
  steps.delete(step);
  steps.add(step);
}

/** Notes that a step was freed. */
export function noteEnd(heap: Heap, step: WeakRef<Evictable>): void {
  useOf(heap).steps.delete(step);
}

/**
 * The result of `work`, which allocates in the heap: when memory is short, room is made and it is called again. Not while
 * steps of the heap run. Throws HeapFullError when there is not enough room even so.
 */
export async function withRoom<T>(heap: Heap, work: () => T): Promise<T> {
  const measures = makeRoom(heap);
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof HeapFullError) || (await measures.next()).done) throw error;
    }
  }
}

/**
 * Takes one measure after the other. Collecting garbage takes time: where the last collection found little, steps are
 * freed first.
 */
async function* makeRoom(heap: Heap): AsyncGenerator<void, void> {
  const use = useOf(heap);
  if (!use.litter && evictHalf(use.steps)) yield;
  const before = heap.usedBytes;
  await collectGarbage();
  use.litter = heap.usedBytes < before * (1 - LITTER_SHARE);
  yield;
  while (evictHalf(use.steps)) yield;
  if (moveIdleToHost(heap)) yield;
  use.litter = true;
}

/** The least share of a heap that makes a collection worth its time. */
const LITTER_SHARE = 1 / 4;

/** Frees the half of the steps that were not used for longest. */
function evictHalf(steps: Set<WeakRef<Evictable>>): boolean {
  const oldest = [...steps].slice(0, Math.ceil(steps.size / 2));
  for (const step of oldest) {
    step.deref()?.evict();
    steps.delete(step);
  }
  return oldest.length > 0;
}

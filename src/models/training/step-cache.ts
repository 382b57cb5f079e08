/** @file Compiled steps of one model, kept while they fit what is asked for, and run one at a time. */

import { currentBackend } from '../../engine/backend.ts';
import type { Backend, Executable } from '../../engine/executable.ts';
import type { LayerGraph } from '../layer-graph.ts';
import type { ModelStep } from './step-graph.ts';

/** A step that can be run. */
export interface CompiledStep {
  readonly step: ModelStep;
  readonly executable: Executable;
}

interface Entry extends CompiledStep {
  readonly key: string;
  readonly backend: Backend;
  readonly graph: LayerGraph;
}

/** Steps kept at most: training, testing and predicting with two batch sizes each. */
const LIMIT = 6;

/** Finds steps by what they were made for, and frees those of other times. */
export class StepCache {
  // The most recently used last.
  #entries: Entry[] = [];

  /** The step of that key for that graph, made by `make` when there is none. */
  async get(key: string, graph: LayerGraph, capacity: number, make: () => ModelStep): Promise<CompiledStep> {
    const backend = await currentBackend();
    this.#discard((entry) => entry.backend !== backend || entry.graph !== graph);
    const found = this.#entries.find((entry) => entry.key === key);
    if (found !== undefined) {
      this.#entries = [...this.#entries.filter((entry) => entry !== found), found];
      return found;
    }
    const step = make();
    const executable = await backend.compile(step.graph, { capacity });
    const entry: Entry = { key, backend, graph, step, executable };
    this.#entries.push(entry);
    if (this.#entries.length > LIMIT) {
      const oldest = this.#entries[0];
      this.#discard((other) => other === oldest);
    }
    return entry;
  }

  /** Frees all steps. */
  clear(): void {
    this.#discard(() => true);
  }

  /** Frees one step, e.g. after it failed. */
  drop(step: CompiledStep): void {
    this.#discard((entry) => entry === step);
  }

  #discard(stale: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.filter(stale)) entry.executable.dispose();
    this.#entries = this.#entries.filter((entry) => !stale(entry));
  }
}

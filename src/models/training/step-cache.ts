/** @file Compiled steps of one model. A step is kept while it fits the requests; steps run one at a time. */

import { currentBackend } from '../../engine/backend.ts';
import type { Backend, CompileStepOptions, Executable, TrayRun } from '../../engine/executable.ts';
import type { LayerGraph } from '../layer-graph.ts';
import { RunPlace } from './run-place.ts';
import type { ModelStep } from './step-graph.ts';

/** A step that can be run. */
export class CompiledStep {
  readonly step: ModelStep;
  readonly executable: Executable;
  readonly #place = new RunPlace();
  #runMilliseconds = Number.POSITIVE_INFINITY;

  constructor(step: ModelStep, executable: Executable) {
    this.step = step;
    this.executable = executable;
  }

  /** Milliseconds of a run: the mean over the last call's runs; infinite before the first. */
  get runMilliseconds(): number {
    return this.#runMilliseconds;
  }

  /**
   * Runs the step on trays: on the engine's threads, or at once on the caller's thread where that is known to be quick
   * and the engine can do it.
   */
  async run(runs: readonly TrayRun[]): Promise<void> {
    const start = performance.now();
    const done = this.#runAtOnce(runs);
    if (done < runs.length) await this.#runOnThreads(runs.slice(done));
    this.#runMilliseconds = (performance.now() - start) / runs.length;
  }

  /** Runs as many trays as are quick on the caller's thread, and returns their number. */
  #runAtOnce(runs: readonly TrayRun[]): number {
    const { executable } = this;
    if (executable.runSync === undefined) return 0;
    let start = performance.now();
    for (const [i, { samples, tray }] of runs.entries()) {
      if (!this.#place.isAtOnce(samples)) return i;
      executable.runSync(samples, tray);
      const end = performance.now();
      this.#place.tookAtOnce(samples, end - start);
      start = end;
    }
    return runs.length;
  }

  async #runOnThreads(runs: readonly TrayRun[]): Promise<void> {
    const start = performance.now();
    await this.executable.runAll(runs);
    const most = Math.max(...runs.map(({ samples }) => samples));
    this.#place.tookOnThreads(most, (performance.now() - start) / runs.length, runs.length);
  }
}

interface Entry {
  readonly key: string;
  readonly backend: Backend;
  readonly graph: LayerGraph;
  readonly compiled: CompiledStep;
}

/** A step and how to compile it. */
export interface StepRecipe {
  readonly step: ModelStep;
  readonly options: CompileStepOptions;
}

/** Steps kept at most: training and testing with two batch sizes each, predicting with two, in series and single batches. */
const LIMIT = 8;

/** Finds steps by key and graph, and frees steps that were not used for long. */
export class StepCache {
  // The most recently used last.
  #entries: Entry[] = [];

  /**
   * Whether a step that this cache gave for that graph may still run: it is not freed, and it belongs to the current
   * engine.
   */
  async holds(step: CompiledStep, graph: LayerGraph): Promise<boolean> {
    const backend = await currentBackend();
    return this.#entries.some(
      (entry) => entry.compiled === step && entry.backend === backend && entry.graph === graph,
    );
  }

  /** Whether a step that this cache gave is not freed yet. */
  has(step: CompiledStep): boolean {
    return this.#entries.some(({ compiled }) => compiled === step);
  }

  /** The step of that key for that graph; `recipe` makes it when there is none. */
  async get(key: string, graph: LayerGraph, recipe: () => StepRecipe): Promise<CompiledStep> {
    const backend = await currentBackend();
    this.#discard((entry) => entry.backend !== backend || entry.graph !== graph);
    const found = this.#entries.find((entry) => entry.key === key);
    if (found !== undefined) {
      this.#entries = [...this.#entries.filter((entry) => entry !== found), found];
      return found.compiled;
    }
    const { step, options } = recipe();
    const onEvict = () => this.#discard((entry) => entry.compiled.executable === executable);
    const executable = await backend.compile(step.graph, { ...options, onEvict });
    const compiled = new CompiledStep(step, executable);
    const entry: Entry = { key, backend, graph, compiled };
    this.#entries.push(entry);
    if (this.#entries.length > LIMIT) {
      const oldest = this.#entries[0];
      this.#discard((other) => other === oldest);
    }
    return compiled;
  }

  /** Frees all steps. */
  clear(): void {
    this.#discard(() => true);
  }

  /** Frees one step, e.g. after it failed. */
  drop(step: CompiledStep): void {
    this.#discard(({ compiled }) => compiled === step);
  }

  #discard(stale: (entry: Entry) => boolean): void {
    for (const entry of this.#entries.filter(stale)) entry.compiled.executable.dispose();
    this.#entries = this.#entries.filter((entry) => !stale(entry));
  }
}

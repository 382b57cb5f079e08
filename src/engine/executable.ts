/** @file What the Keras half sees of an engine: a step graph goes in, an executable comes out. */

import type { Node } from '../graph/node.ts';
import type { Variable } from '../graph/variable.ts';
import type { TrayRun } from '../runtime/loaded-program.ts';

export type { TrayRun };

/** A step: what is fed, what is read back, which variables change. */
export interface StepGraph {
  /** For dumps and messages, e.g. `sequential/train`. */
  readonly name: string;
  /** Placeholders that the caller fills before each run. */
  readonly feeds: readonly Node[];
  /** Nodes whose numbers the caller reads after each run. */
  readonly outputs: readonly Node[];
  /** Written after every read of the step: each variable takes the value computed from the old ones. */
  readonly updates: readonly { readonly variable: Variable; readonly value: Node }[];
}

/** An output and a feed of the same shape, a batch of floats. */
export interface Ring {
  readonly read: Node;
  readonly fed: Node;
}

export interface CompileStepOptions {
  /** Samples that the step can take at most. */
  readonly capacity: number;
  /** Number of trays, so that several runs can be prepared; an even number where they are a ring. Default 1. */
  readonly trays?: number;
  /** Makes the trays a ring: what each gives is fed to the next one, and what the last one gives to the first. All else is common. */
  readonly ring?: Ring;
  /** If given, the engine may free the step when memory is short and no step runs; it then calls this function. */
  readonly onEvict?: () => void;
}

/** The numbers of a feed. */
export type FeedNumbers = Float32Array | Uint8Array;

/** A compiled step with its memory. Where no tray is named, tray 0 is meant. */
export interface Executable {
  readonly capacity: number;
  readonly trays: number;
  /**
   * A feed's numbers, to be written before a run: capacity × sample size for a batched feed; bytes for one of bytes. Not
   * while its tray runs. Of a ring it is the first tray's, whichever is named.
   */
  feed(node: Node, tray?: number): FeedNumbers;
  /** Runs the step on the first `samples` (1 ≤ samples ≤ capacity) samples. One call of a run at a time. */
  run(samples: number): Promise<void>;
  /** Runs the step once for each run of the series, each on a tray of its own. Faster than one call for each run. */
  runAll(runs: readonly TrayRun[]): Promise<void>;
  /**
   * One run at once, on the caller's thread, where the engine can. Faster for small work, since no thread must be
   * woken. Throws BackendError while other runs of the engine go on.
   */
  runSync?(samples: number, tray?: number): void;
  /** An output's numbers of the tray's last run: a live view, to be copied before the next run of the tray. */
  output(node: Node, tray?: number): Float32Array;
  /** Frees the memory. Not while it runs. */
  dispose(): void;
}

/** What `backend.describe()` returns. */
export interface BackendDescription {
  readonly name: string;
  readonly isa: string;
  readonly threads: number;
}

/** A machine to run steps on. */
export interface Backend {
  describe(): BackendDescription;
  compile(graph: StepGraph, options: CompileStepOptions): Promise<Executable>;
  dispose(): Promise<void>;
}

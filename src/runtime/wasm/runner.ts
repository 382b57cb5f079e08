/** @file Runner: what carries out the runs of compiled programs, on worker threads or on the caller's own thread. */

import { BackendError } from '../../base/errors.ts';
import type { PhaseKind } from './worker-main.ts';

/** A program that the engine has compiled. */
export interface CompiledProgram {
  /** Unique among the programs of the runtime. */
  readonly id: number;
  readonly name: string;
  readonly module: WebAssembly.Module;
  readonly phases: readonly { readonly kind: PhaseKind; readonly name: string }[];
  readonly shards: number;
}

/** One run. */
export interface Job {
  readonly program: CompiledProgram;
  /** Address of the table of buffers. */
  readonly bufferTable: number;
  /** Address of each thread's arena. */
  readonly arenas: readonly number[];
  readonly samples: number;
}

export interface Runner {
  /** Threads that compute. */
  readonly threads: number;
  /** Prepares the next run in the background. */
  prepare(): void;
  /** Carries out a job; never called before the last one has ended. Rejects with BackendError when a kernel traps. */
  run(job: Job): Promise<void>;
  /** Frees everything that is kept for a program. */
  forget(program: CompiledProgram): void;
  dispose(): Promise<void>;
}

/** The error of a run that trapped, with the engine's own error as its cause. */
export function runError(program: CompiledProgram, cause: { message: string; stack?: string }): BackendError {
  const kernel = /^\s*at (?:\S+\.)?(\S+) \(wasm:/m.exec(cause.stack ?? '')?.[1];
  return new BackendError(
    `Program ${program.name} failed while running${kernel ? ` kernel ${kernel}` : ''}: ${cause.message}. ` +
      'Its buffers hold unfinished results; this is a bug in Fovea or a buffer freed too early.',
    { cause },
  );
}

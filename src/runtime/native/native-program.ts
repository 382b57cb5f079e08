/** @file A program as machine code, and what its instances need of the runtime. */

import type { Program } from '../../compiler/program.ts';
import type { Arenas } from '../arenas.ts';
import type { JobQueue } from '../job-queue.ts';
import type { Crew } from './crew.ts';
import type { ForeignFunction } from './foreign.ts';
import type { NativeHeap } from './native-heap.ts';
import type { NativeSupport } from './support.ts';
import type { CodeBlock } from './system-memory.ts';

/** A program as machine code. */
export interface NativeProgram {
  readonly program: Program;
  readonly code: CodeBlock;
  /** The step as a function of control block, thread and generation. */
  readonly step: ForeignFunction;
  readonly profileRows: readonly string[];
}

/** The threads and memory that run programs. */
export interface NativeHost {
  readonly heap: NativeHeap;
  readonly support: NativeSupport;
  readonly threads: number;
  readonly queue: JobQueue;
  readonly arenas: Arenas;
  /** The threads, started when first needed. Throws BackendError when the system refuses. */
  crew(): Crew;
  /** Throws BackendError when the host has been disposed of. */
  checkAlive(program: string): void;
}

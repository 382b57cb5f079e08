/** @file The native engine: steps compiled to x86-64 machine code and run on threads that share one memory. */

import { type Isa, nativeTarget } from '../codegen/x64/target.ts';
import { NativeRuntime } from '../runtime/native/runtime.ts';
import type { Backend, BackendDescription, CompileStepOptions, Executable, StepGraph } from './executable.ts';
import { compileStep } from './program-executable.ts';

export interface NativeBackendOptions {
  /** Threads that share a step; default: as many as the machine runs at the same time. */
  readonly threads?: number;
  /** Default 'auto': FOVEA_ISA, else the fastest that the processor has. */
  readonly isa?: Isa | 'auto';
  /** False: one kernel per op, to compare with. */
  readonly fuse?: boolean;
  /** Caps the engine's memory, in pages of 64 KiB; default: what the machine allows, 4 GiB at most. */
  readonly maximumPages?: number;
}

/** Runs steps as machine code. */
export class NativeBackend implements Backend {
  readonly #runtime: NativeRuntime;
  readonly #fuse: boolean;

  /** Throws BackendError, saying why, where native code or the instruction set asked for cannot run. */
  static async create(options: NativeBackendOptions = {}): Promise<NativeBackend> {
    const { fuse = true, ...runtime } = options;
    return new NativeBackend(await NativeRuntime.create(runtime), fuse);
  }

  private constructor(runtime: NativeRuntime, fuse: boolean) {
    this.#runtime = runtime;
    this.#fuse = fuse;
  }

  describe(): BackendDescription {
    return this.#runtime.describe();
  }

  compile(graph: StepGraph, options: CompileStepOptions): Promise<Executable> {
    const target = nativeTarget(this.#runtime.isa);
    return compileStep(this.#runtime, graph, { ...options, target, fuse: this.#fuse });
  }

  async dispose(): Promise<void> {
    await this.#runtime.dispose();
  }
}

/** @file The portable engine: steps compiled for WebAssembly SIMD and run on threads that share one memory. */

import { wasmTarget } from '../codegen/wasm/target.ts';
import { WasmRuntime } from '../runtime/wasm/runtime.ts';
import type { Backend, BackendDescription, CompileStepOptions, Executable, StepGraph } from './executable.ts';
import { compileStep } from './program-executable.ts';

export interface WasmBackendOptions {
  /** Worker threads; default: as many as the machine runs at the same time. */
  readonly threads?: number;
  /** Use fused multiply-add; default 'auto': where the engine has it. */
  readonly relaxedSimd?: boolean | 'auto';
  /** Compute on the caller's thread. */
  readonly inline?: boolean;
  /** False: one kernel per op, to compare with. */
  readonly fuse?: boolean;
  /** Caps the engine's memory, in pages of 64 KiB; default: what the machine allows, 4 GiB at most. */
  readonly maximumPages?: number;
}

/** Runs steps as WebAssembly. */
export class WasmBackend implements Backend {
  readonly #runtime: WasmRuntime;
  readonly #fuse: boolean;

  /** Throws BackendError when the machine lacks what is needed or asked for. */
  static async create(options: WasmBackendOptions = {}): Promise<WasmBackend> {
    const { fuse = true, ...runtime } = options;
    return new WasmBackend(await WasmRuntime.create(runtime), fuse);
  }

  private constructor(runtime: WasmRuntime, fuse: boolean) {
    this.#runtime = runtime;
    this.#fuse = fuse;
  }

  describe(): BackendDescription {
    const { name, isa, threads } = this.#runtime.describe();
    return { name, isa, threads };
  }

  compile(graph: StepGraph, options: CompileStepOptions): Promise<Executable> {
    const target = wasmTarget(this.#runtime.relaxedSimd);
    return compileStep(this.#runtime, graph, { ...options, target, fuse: this.#fuse });
  }

  async dispose(): Promise<void> {
    await this.#runtime.dispose();
  }
}

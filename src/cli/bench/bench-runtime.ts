/** @file A runtime of the benchmark's own, like the engine's but with as many threads as a measurement wants. */

import { wasmTarget } from '../../codegen/wasm/target.ts';
import { type Isa, nativeTarget } from '../../codegen/x64/target.ts';
import type { BackendDescription } from '../../engine/executable.ts';
import type { VectorTarget } from '../../kernels/ir.ts';
import { NativeRuntime } from '../../runtime/native/runtime.ts';
import { WasmRuntime } from '../../runtime/wasm/runtime.ts';

/** A runtime and what its kernels are written for. */
export interface BenchRuntime {
  readonly runtime: NativeRuntime | WasmRuntime;
  readonly target: VectorTarget;
  /** Whether the engine compiles code a second time, for more speed, after it has run for some tenths of a second. */
  readonly compilesTwice: boolean;
}

/** A runtime of the kind that `engine` describes, with `threads` threads. Throws BackendError when it cannot run here. */
export async function createBenchRuntime(engine: BackendDescription, threads: number): Promise<BenchRuntime> {
  if (engine.name === 'native') {
    const runtime = await NativeRuntime.create({ threads, isa: engine.isa as Isa });
    return { runtime, target: nativeTarget(runtime.isa), compilesTwice: false };
  }
  const relaxedSimd = engine.isa === 'relaxed-simd';
  const runtime = await WasmRuntime.create({ threads, relaxedSimd });
  return { runtime, target: wasmTarget(relaxedSimd), compilesTwice: true };
}

/** Creates a runtime, uses it, and ends its threads, also after an error. */
export async function withBenchRuntime<T>(
  engine: BackendDescription,
  threads: number,
  use: (bench: BenchRuntime) => Promise<T>,
): Promise<T> {
  const bench = await createBenchRuntime(engine, threads);
  try {
    return await use(bench);
  } finally {
    await bench.runtime.dispose();
  }
}

/**
 * @file A program with one kernel, over memory filled with numbers from -0.5 to 0.5, that can run any number of times.
 */

import { RandomGenerator } from '../../base/random.ts';
import type { Buffer, Program } from '../../compiler/program.ts';
import { FLOAT_BYTES, type Kernel } from '../../kernels/ir.ts';
import type { Heap } from '../../runtime/heap.ts';
import type { BenchRuntime } from './bench-runtime.ts';

export interface KernelProgramOptions {
  readonly kernel: Kernel;
  /** Floats that each pointer of the kernel points to, for one whole call. */
  readonly sizes: readonly number[];
  /** Samples that one call computes. */
  readonly samples: number;
  /** Parts that threads take in turn. */
  readonly shards: number;
}

/** A kernel that can be called. */
export interface KernelProgram {
  /** Makes `calls` calls, spread over the runtime's threads, and gives the milliseconds that took. */
  time(calls: number): Promise<number>;
  dispose(): void;
}

/** Calls of one run at most. */
export const MOST_CALLS = 2 ** 24;
/** The numbers in a buffer repeat after this many. It is a prime, so that rows do not start with the same numbers. */
const PATTERN = 8191;

/** Every call works on the same buffers, since `whole` buffers are the same for all chunks. */
export async function loadKernel(
  { runtime }: BenchRuntime,
  { kernel, sizes, samples, shards }: KernelProgramOptions,
): Promise<KernelProgram> {
  const buffers = sizes.map(
    (elements, id): Buffer => ({
      id,
      name: kernel.pointers[id]!.role,
      kind: 'whole',
      elements,
      arenaOffset: 0,
    }),
  );
  const args = buffers.map((buffer) => ({ buffer, sliced: false }));
  const program: Program = {
    name: `bench/${kernel.name}`,
    buffers,
    phases: [{ kind: 'samples', calls: [{ kernel, args }], accumulators: [] }],
    chunk: samples,
    shards,
    arenaBytes: 0,
  };
  const loaded = await runtime.load(program);
  const addresses = sizes.map((size) => runtime.heap.alloc(size * FLOAT_BYTES));
  sizes.forEach((size, i) => fillWithNumbers(runtime.heap, addresses[i]!, size));
  const instance = loaded.instantiate([addresses], MOST_CALLS * samples);
  return {
    time: async (calls) => {
      const start = performance.now();
      await instance.run(Math.min(calls, MOST_CALLS) * samples);
      return performance.now() - start;
    },
    dispose: () => {
      instance.dispose();
      loaded.dispose();
      for (const address of addresses) runtime.heap.free(address);
    },
  };
}

/** Numbers from -0.5 to 0.5. */
function fillWithNumbers(heap: Heap, address: number, count: number): void {
  const random = new RandomGenerator(1);
  const pattern = Float32Array.from({ length: PATTERN }, () => random.nextUint32() / 2 ** 32 - 0.5);
  const floats = heap.floats(address, count);
  for (let at = 0; at < count; at += PATTERN)
    floats.set(pattern.subarray(0, Math.min(PATTERN, count - at)), at);
}

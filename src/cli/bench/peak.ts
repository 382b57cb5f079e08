/** @file The processor's peak: fused multiply-adds as fast as they can be issued, in code from the engine's own generator. */

import { KernelBuilder } from '../../kernels/builder.ts';
import { FLOAT_BYTES, type Kernel, type VectorTarget } from '../../kernels/ir.ts';
import type { BenchRuntime } from './bench-runtime.ts';
import { type KernelProgram, loadKernel } from './kernel-program.ts';

/**
 * Independent sums. Two multiply-adds start in each cycle and each takes four or five cycles, so at least ten sums are
 * needed. Twelve sums and the operands fit into sixteen registers.
 */
const SUMS = 12;
/**
 * Vectors of the operand, which is loaded anew in each round so that no compiler can move the work out of the loop: 16
 * KiB at most.
 */
const VECTORS = 256;
const ROUNDS = 100;
/** Parts for each thread, so that one that starts late leaves its parts to the others. */
const SHARDS_PER_THREAD = 8;

/** Milliseconds of one measurement, and how many there are. */
export interface PeakOptions {
  readonly milliseconds: number;
  readonly runs: number;
}

/** Many short runs, so that on a busy machine some of them are not interrupted by other programs. */
const CAREFUL: PeakOptions = { milliseconds: 5, runs: 100 };

/** Pointers: src, dst. The loop has only multiply-adds, with one load for each twelve. */
export function peakKernel(target: VectorTarget): Kernel {
  const k = new KernelBuilder('fma_peak', target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  const samples = k.count('samples');
  k.loop({ int: samples, op: 'div', by: 1 }, [], () => {
    const sums = Array.from({ length: SUMS }, () => k.constant(0));
    const factor = k.load(src);
    k.loop(ROUNDS, [], () => {
      const at = k.pointerAt('at', src);
      k.loop(VECTORS / 2, [{ ptr: at, bytes: 2 * target.lanes * FLOAT_BYTES }], () => {
        for (const vector of [0, 1]) {
          const x = k.load(at, vector * target.lanes * FLOAT_BYTES);
          for (const sum of sums) k.fmaInto(sum, x, factor);
        }
      });
    });
    k.store(
      sums.reduce((a, b) => k.add(a, b)),
      dst,
    );
  });
  return k.finish();
}

/** GFLOP/s of all the runtime's threads together, the best of several runs. A multiply-add counts as two. */
export async function measurePeak(bench: BenchRuntime, options: PeakOptions = CAREFUL): Promise<number> {
  const { runtime, target } = bench;
  const shards = runtime.threads * SHARDS_PER_THREAD;
  const sizes = [VECTORS * target.lanes, target.lanes];
  const program = await loadKernel(bench, { kernel: peakKernel(target), sizes, samples: 1, shards });
  try {
    const milliseconds = await bestTime(program, shards, options);
    return (shards * 2 * SUMS * VECTORS * ROUNDS * target.lanes) / milliseconds / 1e6;
  } finally {
    program.dispose();
  }
}

/** Milliseconds of `shards` calls, when each shard makes as many as fill a measurement. */
async function bestTime(
  program: KernelProgram,
  shards: number,
  { milliseconds, runs }: PeakOptions,
): Promise<number> {
  let calls = shards;
  let best = await program.time(calls);
  for (let run = 0; run < runs; run++) {
    calls = shards * Math.max(1, Math.ceil(milliseconds / best));
    best = Math.min(best, (await program.time(calls)) * (shards / calls));
  }
  return best;
}

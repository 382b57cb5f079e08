/** @file The whole benchmark: peak, kernels, steps, one after another. */

import { currentBackend } from '../../engine/backend.ts';
import type { BackendDescription } from '../../engine/executable.ts';
import { withBenchRuntime } from './bench-runtime.ts';
import { CONV_CASES } from './conv-cases.ts';
import { type KernelTime, type KindSummary, kindsOf, summarize, timeKernel } from './kernel-times.ts';
import { measurePeak } from './peak.ts';
import { type StepTimes, timeSteps } from './steps.ts';

/** What was measured. Shares of the peak are fractions. */
export interface BenchResult {
  readonly backend: string;
  readonly isa: string;
  readonly threads: number;
  /** True for short measurements, whose numbers only show that the benchmark works. */
  readonly quick: boolean;
  /**
   * GFLOP/s of multiply-adds by threads: the best of the measurements before, between and after the other measurements.
   */
  readonly peakGflops: readonly { readonly threads: number; readonly gflops: number }[];
  readonly kernels: readonly (KernelTime & { readonly ofPeak: number })[];
  readonly summary: readonly KindSummary[];
  readonly steps: readonly (StepTimes & { readonly ofPeak: number })[];
}

export interface BenchOptions {
  /** Few layers and short measurements. */
  readonly quick?: boolean;
  /** Called with the name of each measurement when it starts. */
  readonly progress?: (text: string) => void;
}

const QUICK = {
  peak: { milliseconds: 2, runs: 3 },
  kernels: { milliseconds: 2, measurements: 3, mostWarmup: 20 },
  steps: { warmImages: 128, mostSeconds: 0.2, predictionSeconds: 0.05 },
};
const QUICK_CASES = CONV_CASES.filter(({ name }) => name.startsWith('chapter'));

/** Measures the engine that is chosen. Throws what the engine throws when it cannot run here. */
export async function runBench({ quick = false, progress }: BenchOptions = {}): Promise<BenchResult> {
  const engine = (await currentBackend()).describe();
  const threadCounts = [...new Set([1, engine.threads])];
  const say = progress ?? (() => {});
  const settings = quick ? QUICK : undefined;
  const peaks = new Map<number, number>();
  const notePeak = (threads: number, gflops: number): void => {
    peaks.set(threads, Math.max(gflops, peaks.get(threads) ?? 0));
  };
  const findPeaks = async (): Promise<void> => {
    for (const threads of threadCounts) {
      say(`peak of ${threadsText(threads)}`);
      notePeak(
        threads,
        await withBenchRuntime(engine, threads, (bench) => measurePeak(bench, settings?.peak)),
      );
    }
  };
  await findPeaks();
  const times = await timeKernels(engine, { settings, say, notePeak });
  const steps: StepTimes[] = [];
  for (const threads of threadCounts) {
    say(`training and prediction on ${threadsText(threads)}`);
    steps.push(await timeSteps(engine.name === 'native' ? 'native' : 'wasm', threads, settings?.steps));
  }
  await findPeaks();
  const peak = peaks.get(1)!;
  return {
    backend: engine.name,
    isa: engine.isa,
    threads: engine.threads,
    quick,
    peakGflops: threadCounts.map((threads) => ({ threads, gflops: peaks.get(threads)! })),
    kernels: times.map((time) => ({ ...time, ofPeak: time.gflops / peak })),
    summary: summarize(times, peak),
    steps: steps.map((step) => ({ ...step, ofPeak: step.gflops / peaks.get(step.threads)! })),
  };
}

function threadsText(threads: number): string {
  return threads === 1 ? '1 thread' : `${threads} threads`;
}

interface KernelSession {
  readonly settings: typeof QUICK | undefined;
  readonly say: (text: string) => void;
  readonly notePeak: (threads: number, gflops: number) => void;
}

/** All kernels of all layers, on one thread, and the peak again half way. */
function timeKernels(
  engine: BackendDescription,
  { settings, say, notePeak }: KernelSession,
): Promise<KernelTime[]> {
  const cases = settings === undefined ? CONV_CASES : QUICK_CASES;
  return withBenchRuntime(engine, 1, async (bench) => {
    const times: KernelTime[] = [];
    for (const [i, layer] of cases.entries()) {
      say(`kernels ${i + 1}/${cases.length}: ${layer.name}`);
      for (const kind of kindsOf(layer)) times.push(await timeKernel(bench, layer, kind, settings?.kernels));
      if (i === cases.length >> 1) notePeak(1, await measurePeak(bench, settings?.peak));
    }
    return times;
  });
}

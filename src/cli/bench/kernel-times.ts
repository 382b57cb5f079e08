/** @file How fast the convolution kernels are, one by one, on one thread. */

import { convForwardKernel } from '../../kernels/conv-forward.ts';
import { convInputGradientKernel } from '../../kernels/conv-input-gradient.ts';
import type { ConvShape } from '../../kernels/conv-shape.ts';
import { convWeightsGradientKernel } from '../../kernels/conv-weights-gradient.ts';
import type { Kernel, VectorTarget } from '../../kernels/ir.ts';
import type { BenchRuntime } from './bench-runtime.ts';
import type { ConvCase } from './conv-cases.ts';
import { type KernelProgram, type KernelProgramOptions, loadKernel, MOST_CALLS } from './kernel-program.ts';
import { geometricMean, median } from './statistics.ts';

export type ConvKind = 'forward' | 'inputGradient' | 'weightsGradient';

/** One kernel, measured. */
export interface KernelTime {
  readonly layer: string;
  readonly kind: ConvKind;
  readonly first: boolean;
  /** The kernel's name, which has its extents. */
  readonly kernel: string;
  /** Milliseconds for one sample, the median. */
  readonly milliseconds: number;
  /** GFLOP/s; a multiply-add counts as two. */
  readonly gflops: number;
}

/** The shares of the peak that all kernels of a kind reach. */
export interface KindSummary {
  readonly kind: ConvKind;
  /** Whether the share is for first layers or for all other layers. */
  readonly first: boolean;
  readonly layers: number;
  readonly geometricMean: number;
  readonly least: number;
}

/** The least milliseconds of one measurement, the number of measurements, and the most milliseconds of warm-up. */
export interface TimingOptions {
  readonly milliseconds: number;
  readonly measurements: number;
  readonly mostWarmup: number;
}

const CAREFUL: TimingOptions = { milliseconds: 30, measurements: 5, mostWarmup: 700 };
const KINDS: readonly ConvKind[] = ['forward', 'inputGradient', 'weightsGradient'];
/** A kernel is warm when a measurement is faster than the one before by at most this factor, */
const SETTLED = 0.9;
/** and, where code is compiled twice, when it is faster than its first call by this factor. */
const SECOND_COMPILATION = 0.5;

/** The kernels of a layer that training needs. */
export function kindsOf({ first }: ConvCase): readonly ConvKind[] {
  return KINDS.filter((kind) => !first || kind !== 'inputGradient');
}

/** Measures one kernel of a layer on a runtime of one thread. */
export async function timeKernel(
  bench: BenchRuntime,
  layer: ConvCase,
  kind: ConvKind,
  options: TimingOptions = CAREFUL,
): Promise<KernelTime> {
  const program = programOf(layer, kind, bench.target);
  const milliseconds = (await medianTime(bench, program, options)) / layer.samples;
  const { name, first, shape } = layer;
  const gflops = flopOf(shape) / milliseconds / 1e6;
  return { layer: name, kind, first, kernel: program.kernel.name, milliseconds, gflops };
}

/** Operations for one sample. */
function flopOf({ oh, ow, oc, kh, kw, ic }: ConvShape): number {
  return 2 * oh * ow * oc * kh * kw * ic;
}

function programOf({ shape, samples }: ConvCase, kind: ConvKind, target: VectorTarget): KernelProgramOptions {
  const src = samples * shape.ih * shape.iw * shape.ic;
  const dst = samples * shape.oh * shape.ow * shape.oc;
  const weights = shape.kh * shape.kw * shape.ic * shape.oc;
  const of = (kernel: Kernel, ...sizes: number[]) => {
    return { kernel, sizes: [...sizes, ...kernel.scratch], samples, shards: 1 };
  };
  switch (kind) {
    case 'forward':
      return of(convForwardKernel({ shape, target, epilogue: null, window: null }), src, weights, dst);
    case 'inputGradient':
      return of(convInputGradientKernel({ shape, target }), dst, weights, src);
    case 'weightsGradient':
      return of(convWeightsGradientKernel({ shape, target }), src, dst, weights);
  }
}

/** Milliseconds of one call. */
async function medianTime(
  bench: BenchRuntime,
  options: KernelProgramOptions,
  timing: TimingOptions,
): Promise<number> {
  const program = await loadKernel(bench, options);
  try {
    const calls = callsFor(await warmUp(program, bench.compilesTwice, timing), timing);
    const times: number[] = [];
    while (times.length < timing.measurements) times.push((await program.time(calls)) / calls);
    return median(times);
  } finally {
    program.dispose();
  }
}

/** Calls for one measurement, when a call takes `time` milliseconds. */
function callsFor(time: number, { milliseconds }: TimingOptions): number {
  return Math.min(MOST_CALLS, Math.ceil((1.2 * milliseconds) / time));
}

/** Calls the kernel until it gets no faster; returns the milliseconds of a call. */
async function warmUp(
  program: KernelProgram,
  compilesTwice: boolean,
  timing: TimingOptions,
): Promise<number> {
  const deadline = performance.now() + timing.mostWarmup;
  const first = await program.time(1);
  let before = first;
  for (let round = 0; ; round++) {
    const calls = callsFor(before, timing);
    const time = (await program.time(calls)) / calls;
    const settled = round > 0 && time > SETTLED * before;
    const best = !compilesTwice || time < SECOND_COMPILATION * first;
    if ((settled && best) || performance.now() > deadline) return time;
    before = time;
  }
}

/** The share of the peak (GFLOP/s of one thread) that the kernels of each kind reach. */
export function summarize(times: readonly KernelTime[], peak: number): KindSummary[] {
  const groups = [false, true].flatMap((first) => KINDS.map((kind) => ({ kind, first })));
  return groups.flatMap(({ kind, first }) => {
    const shares = times
      .filter((time) => time.kind === kind && time.first === first)
      .map(({ gflops }) => gflops / peak);
    if (shares.length === 0) return [];
    const least = Math.min(...shares);
    return [{ kind, first, layers: shares.length, geometricMean: geometricMean(shares), least }];
  });
}

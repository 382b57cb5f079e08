/** @file The benchmark's results as text. */

import type { ConvKind } from './kernel-times.ts';
import type { BenchResult } from './run-bench.ts';
import { STEP_GFLOP } from './steps.ts';

const KIND_TITLES: Readonly<Record<ConvKind, string>> = {
  forward: 'forward',
  inputGradient: 'input gradient',
  weightsGradient: 'weights gradient',
};
const KINDS = Object.keys(KIND_TITLES) as ConvKind[];

type Row = readonly string[];

/** Tables of peak, kernels, their summary, and steps. */
export function benchTable(result: BenchResult): string {
  const sections = [peakRows(result), kernelRows(result), summaryRows(result), stepRows(result)];
  const hurried = result.quick ? ['Measured in a hurry (--quick): no numbers to rely on.'] : [];
  return [...hurried, ...sections.map(alignColumns), ...crowding(result)].join('\n\n');
}

/**
 * When all threads together reach less than this share of the single peaks' sum, other programs took part of their
 * time.
 */
const UNDISTURBED = 0.9;

/** A warning when the peak of all threads is too low for shares of it to mean anything. */
function crowding({ peakGflops }: BenchResult): string[] {
  const [one, all] = [peakGflops[0]!, peakGflops.at(-1)!];
  const scaling = all.gflops / one.gflops;
  if (scaling >= UNDISTURBED * all.threads) return [];
  return [
    `${all.threads} threads reached only ${scaling.toFixed(2)} times the peak of one: other programs were running, or ` +
      'threads share a core. Other programs make every time longer, and this peak too low to take shares of.',
  ];
}

function percent(part: number): string {
  return `${(100 * part).toFixed(0)} %`;
}

function peakRows({ peakGflops }: BenchResult): Row[] {
  return [
    ['multiply-add peak', 'GFLOP/s'],
    ...peakGflops.map(({ threads, gflops }) => [
      `${threads} thread${threads === 1 ? '' : 's'}`,
      gflops.toFixed(1),
    ]),
  ];
}

/** A line for each layer: GFLOP/s and share of one thread's peak, by kind. */
function kernelRows({ kernels }: BenchResult): Row[] {
  const names = [...new Set(kernels.map(({ layer }) => layer))];
  const cell = (layer: string, kind: ConvKind): string => {
    const found = kernels.find((kernel) => kernel.layer === layer && kernel.kind === kind);
    return found === undefined ? '-' : `${found.gflops.toFixed(1)}  ${percent(found.ofPeak).padStart(5)}`;
  };
  return [
    ['convolution, 1 thread: GFLOP/s, of peak', ...KINDS.map((kind) => KIND_TITLES[kind])],
    ...names.map((name) => [name, ...KINDS.map((kind) => cell(name, kind))]),
  ];
}

function summaryRows({ summary }: BenchResult): Row[] {
  return [
    ['all of a kind, of peak', 'layers', 'geometric mean', 'least'],
    ...summary.map(({ kind, first, layers, geometricMean, least }) => [
      `${KIND_TITLES[kind]}${first ? ', first layers' : ''}`,
      String(layers),
      percent(geometricMean),
      percent(least),
    ]),
  ];
}

/** A column for each number of threads. */
function stepRows({ steps }: BenchResult): Row[] {
  const row = (title: string, text: (step: BenchResult['steps'][number]) => string): Row => [
    title,
    ...steps.map(text),
  ];
  const micro = (value: number | undefined): string => (value === undefined ? '-' : `${value.toFixed(1)} µs`);
  return [
    row('chapter network, batches of 64', ({ threads }) => `${threads} thread${threads === 1 ? '' : 's'}`),
    row('epoch of 60,000 images', ({ secondsPerEpoch }) => `${secondsPerEpoch.toFixed(2)} s`),
    row('  measured on images', ({ measuredImages }) => String(measuredImages)),
    row('training step', ({ millisecondsPerStep }) => `${millisecondsPerStep.toFixed(2)} ms`),
    row(`  of the peak of as many threads, for ${STEP_GFLOP} GFLOP`, ({ ofPeak }) => percent(ofPeak)),
    row('predict, 1 image', ({ predictMicroseconds }) => micro(predictMicroseconds[1])),
    row('predict, 64 images', ({ predictMicroseconds }) => micro(predictMicroseconds[64])),
    row('makePredictFunction, 1 image', ({ functionMicroseconds }) => micro(functionMicroseconds?.[1])),
    row('makePredictFunction, 64 images', ({ functionMicroseconds }) => micro(functionMicroseconds?.[64])),
  ];
}

/** The first column is aligned left, the others right. */
function alignColumns(rows: readonly Row[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, i) => (i === 0 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

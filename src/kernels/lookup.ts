/** @file Numbers replaced by entries of a table, a row of it for each channel. */

import { KernelBuilder } from './builder.ts';
import type { Kernel, Ptr, Vec, VectorTarget } from './ir.ts';
import { forVectors, nest, sampleLevel } from './nest.ts';

interface Options {
  /** Numbers of a sample, the channels side by side. */
  readonly elements: number;
  readonly channels: number;
  readonly bins: number;
  /** True when each sample has a table of its own. */
  readonly perSample: boolean;
  readonly target: VectorTarget;
}

/** Pointers: src [elements], table [channels, bins], dst [elements]. One count: samples. */
export function lookupKernel(options: Options): Kernel {
  const { elements, channels, bins, perSample, target } = options;
  const name = `lookup_${elements}_of_${channels}x${bins}${perSample ? '_per_sample' : ''}`;
  const k = new KernelBuilder(name, target);
  const pointers = [k.pointer('src'), k.pointer('table'), k.pointer('dst')];
  const samples = sampleLevel(k.count('samples'), [elements, perSample ? channels * bins : 0, elements]);
  nest(k, [samples], pointers, ([src, table, dst]) => lookUp(k, options, [src!, table!, dst!]));
  return k.finish();
}

function lookUp(
  k: KernelBuilder,
  { elements, channels, bins }: Options,
  [src, table, dst]: readonly [Ptr, Ptr, Ptr],
): void {
  const [from, to] = [k.pointerAt('from', src), k.pointerAt('to', dst)];
  const row = firstRows(k, channels, bins);
  forVectors(k, elements, [from, to], (count) => {
    const value = k.max(k.load(from, 0, count), k.constant(0));
    const bin = k.unary('floor', k.min(value, k.constant(bins - 1)));
    k.store(k.gather(table, k.unary('toInt', k.add(bin, row))), to, 0, count);
    nextRows(k, row, channels, bins);
  });
}

/** Where the row of each lane's channel starts in the table. */
function firstRows(k: KernelBuilder, channels: number, bins: number): Vec {
  const lane = k.iota();
  // Halfway between two lanes, so that rounding of 1 / channels does not matter.
  const pixel = k.unary('floor', k.mul(k.add(lane, k.constant(0.5)), k.constant(1 / channels)));
  const channel = k.sub(lane, k.mul(pixel, k.constant(channels)));
  const row = k.vec('row');
  k.binaryInto('mul', row, channel, k.constant(bins));
  return row;
}

/** Moves the rows to the next vector's channels. */
function nextRows(k: KernelBuilder, row: Vec, channels: number, bins: number): void {
  const step = (k.lanes % channels) * bins;
  if (step === 0) return;
  const end = k.constant(channels * bins);
  k.binaryInto('add', row, row, k.constant(step));
  k.selectInto(row, k.compare('lessEqual', end, row), k.sub(row, end), row);
}

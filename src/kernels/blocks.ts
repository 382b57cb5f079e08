/** @file Copies between values that differ in the extent of one axis. A block is that axis and all axes after it. */

import { KernelBuilder } from './builder.ts';
import type { Kernel, Ptr, VectorTarget } from './ir.ts';
import { bytesOf, fillZeros, forVectors, nest, sampleLevel } from './nest.ts';

interface BlockOptions {
  /** Blocks in a sample, or in a whole value. */
  readonly blocks: number;
  readonly batched: boolean;
  readonly target: VectorTarget;
}

function copy(k: KernelBuilder, src: Ptr, dst: Ptr, width: number): void {
  const from = k.pointerAt('from', src);
  const to = k.pointerAt('to', dst);
  forVectors(k, width, [from, to], (count) => k.store(k.load(from, 0, count), to, 0, count));
}

/**
 * Pointers: one source for each width, dst. A block of dst is one block of each source (`widths[i]` floats), one after
 * another.
 */
export function concatenateKernel({
  widths,
  blocks,
  batched,
  target,
}: BlockOptions & { readonly widths: readonly number[] }): Kernel {
  const k = new KernelBuilder(`concatenate_${blocks}x${widths.join('_')}`, target);
  const sources = widths.map((_, i) => k.pointer(`src${i}`));
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const total = widths.reduce((sum, width) => sum + width, 0);
  let offset = 0;
  widths.forEach((width, i) => {
    const part = k.pointerAt('part', dst, bytesOf(offset)[0]);
    const levels = [
      sampleLevel(samples, [blocks * width, blocks * total]),
      { count: blocks, strides: bytesOf(width, total) },
    ];
    nest(k, levels, [sources[i]!, part], ([s, d]) => copy(k, s!, d!, width));
    offset += width;
  });
  return k.finish();
}

interface PartOptions extends BlockOptions {
  /** Floats of the larger block before the smaller one, floats of the smaller block, and floats of the larger block. */
  readonly before: number;
  readonly width: number;
  readonly total: number;
}

/** Pointers: src in larger blocks, dst in smaller ones. */
export function sliceKernel({ before, width, total, blocks, batched, target }: PartOptions): Kernel {
  const k = new KernelBuilder(`slice_${blocks}x${total}_${before}_${width}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const levels = [
    sampleLevel(batched ? k.count('samples') : null, [blocks * total, blocks * width]),
    { count: blocks, strides: bytesOf(total, width) },
  ];
  const part = k.pointerAt('part', src, bytesOf(before)[0]);
  nest(k, levels, [part, dst], ([s, d]) => copy(k, s!, d!, width));
  return k.finish();
}

/** Pointers: src in smaller blocks, dst in larger ones, zeros around. */
export function unsliceKernel({ before, width, total, blocks, batched, target }: PartOptions): Kernel {
  const k = new KernelBuilder(`unslice_${blocks}x${total}_${before}_${width}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const levels = [
    sampleLevel(batched ? k.count('samples') : null, [blocks * width, blocks * total]),
    { count: blocks, strides: bytesOf(width, total) },
  ];
  nest(k, levels, [src, dst], ([s, d]) => {
    fillZeros(k, d!, before);
    copy(k, s!, k.pointerAt('part', d!, bytesOf(before)[0]), width);
    fillZeros(k, k.pointerAt('behind', d!, bytesOf(before + width)[0]), total - before - width);
  });
  return k.finish();
}

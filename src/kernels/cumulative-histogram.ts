/** @file How many numbers of each channel lie below each of a row of whole numbers. The lanes are bins. */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { bytesOf, inParts, nest, sampleLevel } from './nest.ts';

/** Vectors of bins that are counted in one walk over the pixels. */
const VECTORS = 8;

interface Options {
  /** Of a sample. */
  readonly pixels: number;
  readonly channels: number;
  readonly bins: number;
  readonly target: VectorTarget;
}

/** Pointers: src [pixels, channels], dst [channels, bins], which is added to. One count: samples. */
export function cumulativeHistogramKernel(options: Options): Kernel {
  const { pixels, channels, bins, target } = options;
  const k = new KernelBuilder(`cumulative_histogram_${pixels}x${channels}_${bins}`, target);
  const pointers = [k.pointer('src'), k.pointer('dst')];
  const samples = sampleLevel(k.count('samples'), [pixels * channels, 0]);
  const eachChannel = { count: channels, strides: bytesOf(1, bins) };
  nest(k, [samples, eachChannel], pointers, ([src, dst]) => {
    // The first bin's upper limit.
    const limit = k.vec('limit');
    k.constantInto(limit, 1);
    const part = VECTORS * k.lanes;
    inParts(k, { length: bins, part, strides: [FLOAT_BYTES] }, [dst!], ([at], count) => {
      countBelow(k, options, [src!, at!], limit, count);
    });
  });
  return k.finish();
}

/** Adds to `count` bins at `dst` how many of the pixels at `src` lie below their limits, from `limit` on. */
function countBelow(
  k: KernelBuilder,
  { pixels, channels, bins }: Options,
  [src, dst]: readonly [Ptr, Ptr],
  limit: Vec,
  count: number,
): void {
  const vectors = Math.ceil(count / k.lanes);
  const counts = Array.from({ length: vectors }, () => k.constant(0, 'count'));
  const limits = counts.map((_, i) => k.add(limit, k.add(k.iota(), k.constant(i * k.lanes))));
  const pixel = k.pointerAt('pixel', src);
  k.loop(pixels, [{ ptr: pixel, bytes: channels * FLOAT_BYTES }], () => {
    const value = k.min(k.broadcast(pixel), k.constant(bins - 1));
    counts.forEach((sum, i) => {
      const below = k.select(k.compare('less', value, limits[i]!), k.constant(1), k.constant(0));
      k.binaryInto('add', sum, sum, below);
    });
  });
  counts.forEach((sum, i) => {
    const lanes = Math.min(k.lanes, count - i * k.lanes);
    k.store(k.add(sum, k.load(dst, i * k.lanes * FLOAT_BYTES, lanes)), dst, i * k.lanes * FLOAT_BYTES, lanes);
  });
  k.binaryInto('add', limit, limit, k.constant(count));
}

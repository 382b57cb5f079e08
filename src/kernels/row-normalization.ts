/**
 * @file Rows of numbers brought to mean 0 and variance 1, and the gradients of that. A row is walked three times: for the
 * mean, for the variance, for the result. It is in the cache then, so memory is read once.
 */

import { KernelBuilder } from './builder.ts';
import type { Kernel, Ptr, Vec } from './ir.ts';
import { forVectors } from './nest.ts';
import {
  type BlockNormalization,
  type Blocks,
  forRows,
  kernelName,
  type NormalizationOptions,
} from './normalized-blocks.ts';

/** Walks a row by vectors. */
function forRow(
  k: KernelBuilder,
  { width }: Blocks,
  pointers: readonly Ptr[],
  body: (at: readonly Ptr[], count: number) => void,
): void {
  const own = pointers.map((ptr) => k.pointerAt(ptr.role, ptr));
  forVectors(k, width, own, (count) => body(own, count));
}

/** `value` in the first `count` lanes, 0 in the others. */
function firstLanes(k: KernelBuilder, value: Vec, count: number): Vec {
  return count === k.lanes
    ? value
    : k.select(k.compare('less', k.iota(), k.constant(count)), value, k.constant(0));
}

function mean(k: KernelBuilder, { width }: Blocks, sum: Vec): Vec {
  return k.mul(k.unary('sumLanes', sum), k.constant(1 / width));
}

/** How a row is normalized: (x - center) · scale. */
interface Statistics {
  readonly center: Vec | null;
  readonly scale: Vec;
}

type Visit = (at: readonly Ptr[], count: number) => void;

/**
 * The statistics of the row at pointers[0]. `first` and `second` are called on the walks for the mean and the variance
 * (only `second` where numbers are not centered) with all pointers, `second` with the difference from the mean.
 */
function statistics(
  k: KernelBuilder,
  { blocks, epsilon, centered }: BlockNormalization,
  pointers: readonly Ptr[],
  first: Visit = () => {},
  second: (at: readonly Ptr[], count: number, difference: Vec) => void = () => {},
): Statistics {
  let center: Vec | null = null;
  if (centered) {
    const sum = k.constant(0, 'sum');
    forRow(k, blocks, pointers, (at, count) => {
      k.binaryInto('add', sum, sum, k.load(at[0]!, 0, count));
      first(at, count);
    });
    center = mean(k, blocks, sum);
  }
  const squares = k.constant(0, 'squares');
  forRow(k, blocks, pointers, (at, count) => {
    const x = k.load(at[0]!, 0, count);
    const difference = center === null ? x : firstLanes(k, k.sub(x, center), count);
    k.fmaInto(squares, difference, difference);
    second(at, count, difference);
  });
  const variance = k.add(mean(k, blocks, squares), k.constant(epsilon));
  return { center, scale: k.div(k.constant(1), k.unary('sqrt', variance)) };
}

function differenceFrom(k: KernelBuilder, center: Vec | null, x: Vec): Vec {
  return center === null ? x : k.sub(x, center);
}

/** Pointers: src, gamma and beta where there are some, dst. */
export function normalizeRowsKernel(
  options: NormalizationOptions & { readonly parameters: 0 | 1 | 2 },
): Kernel {
  const { blocks, target } = options;
  const k = new KernelBuilder(kernelName('normalize', options), target);
  const src = k.pointer('src');
  const given = ['gamma', 'beta'].slice(0, options.parameters).map((role) => k.pointer(role));
  const dst = k.pointer('dst');
  forRows(k, blocks, [src, dst], ([s, d]) => {
    const { center, scale } = statistics(k, options, [s!]);
    forRow(k, blocks, [s!, d!, ...given], ([x, y, gamma, beta], count) => {
      const difference = differenceFrom(k, center, k.load(x!, 0, count));
      const factor = gamma === undefined ? scale : k.mul(scale, k.load(gamma, 0, count));
      const value =
        beta === undefined ? k.mul(difference, factor) : k.fma(difference, factor, k.load(beta, 0, count));
      k.store(value, y!, 0, count);
    });
  });
  return k.finish();
}

/**
 * Pointers: dy, src, gamma where there is one, dst. With v = dy · gamma and differences d = src - mean:
 * scale · (v - mean(v)) - scale³ · mean(v · d) · d.
 */
export function normalizeRowsGradientKernel(
  options: NormalizationOptions & { readonly parameters: 0 | 1 },
): Kernel {
  const { blocks, centered, target } = options;
  const k = new KernelBuilder(kernelName('normalize_gradient', options), target);
  const [dy, src] = [k.pointer('dy'), k.pointer('src')];
  const given = options.parameters === 0 ? [] : [k.pointer('gamma')];
  const dst = k.pointer('dst');
  const scaled = ([, slope, gamma]: readonly Ptr[], count: number) => {
    const value = k.load(slope!, 0, count);
    return gamma === undefined ? value : k.mul(value, k.load(gamma, 0, count));
  };
  forRows(k, blocks, [src, dy, dst], ([s, g, d]) => {
    const sum = k.constant(0, 'sum');
    const product = k.constant(0, 'product');
    const { center, scale } = statistics(
      k,
      options,
      [s!, g!, ...given],
      (at, count) => k.binaryInto('add', sum, sum, scaled(at, count)),
      (at, count, difference) => k.fmaInto(product, scaled(at, count), difference),
    );
    const slope = k.mul(mean(k, blocks, product), k.mul(scale, scale));
    const average = centered ? mean(k, blocks, sum) : null;
    forRow(k, blocks, [s!, g!, ...given, d!], (at, count) => {
      const v = differenceFrom(k, average, scaled(at.slice(0, -1), count));
      const difference = differenceFrom(k, center, k.load(at[0]!, 0, count));
      k.store(k.mul(scale, k.sub(v, k.mul(difference, slope))), at.at(-1)!, 0, count);
    });
  });
  return k.finish();
}

/** Pointers: dy, src, dst [width], to which dy times the normalized numbers is added for all rows. */
export function normalizeRowsScaleGradientKernel(options: NormalizationOptions): Kernel {
  const { blocks, target } = options;
  const k = new KernelBuilder(kernelName('normalize_scale_gradient', options), target);
  const [dy, src, dst] = [k.pointer('dy'), k.pointer('src'), k.pointer('dst')];
  forRows(k, blocks, [src, dy], ([s, g]) => {
    const { center, scale } = statistics(k, options, [s!]);
    forRow(k, blocks, [s!, g!, dst], ([x, slope, total], count) => {
      const normalized = k.mul(differenceFrom(k, center, k.load(x!, 0, count)), scale);
      k.store(k.fma(k.load(slope!, 0, count), normalized, k.load(total!, 0, count)), total!, 0, count);
    });
  });
  return k.finish();
}

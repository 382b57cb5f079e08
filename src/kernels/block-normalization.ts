/**
 * @file Blocks of numbers brought to mean 0 and variance 1, and the gradients of that. A block's numbers are walked three
 * times: for the mean, for the variance, for the result. They are in the cache then, so memory is read once.
 */

import { KernelBuilder } from './builder.ts';
import type { Kernel, Ptr, Vec, VectorTarget } from './ir.ts';
import { bytesOf, forVectors, nest, sampleLevel } from './nest.ts';

/**
 * A sample as [rows, pixels, groups, width]. A block has the numbers of a row and a group: `width` floats of each of its
 * pixels. Parameters are [groups, width].
 */
export interface Blocks {
  readonly rows: number;
  readonly pixels: number;
  readonly groups: number;
  readonly width: number;
}

export interface BlockNormalization {
  readonly blocks: Blocks;
  /** Added to the variance. */
  readonly epsilon: number;
  /** False: the numbers are only divided, by the root of the mean of their squares. */
  readonly centered: boolean;
}

type Options = BlockNormalization & { readonly target: VectorTarget };

function kernelName(what: string, { rows, pixels, groups, width }: Blocks): string {
  return `${what}_${rows}x${pixels}x${groups}x${width}`;
}

/**
 * Calls `body` with pointers to each block. `maps` point at the first sample's numbers, `parameters` at the first
 * group's.
 */
function forBlocks(
  k: KernelBuilder,
  { rows, pixels, groups, width }: Blocks,
  maps: readonly Ptr[],
  parameters: readonly Ptr[],
  body: (maps: readonly Ptr[], parameters: readonly Ptr[]) => void,
): void {
  const strides = (map: number, parameter: number) => [
    ...maps.map(() => map),
    ...parameters.map(() => parameter),
  ];
  const row = pixels * groups * width;
  const levels = [
    sampleLevel(k.count('samples'), strides(rows * row, 0)),
    { count: rows, strides: bytesOf(...strides(row, 0)) },
    { count: groups, strides: bytesOf(...strides(width, width)) },
  ];
  nest(k, levels, [...maps, ...parameters], (at) => body(at.slice(0, maps.length), at.slice(maps.length)));
}

/** Walks a block by vectors; `maps` and `parameters` as for `forBlocks`, both moved along. */
function forBlock(
  k: KernelBuilder,
  { pixels, groups, width }: Blocks,
  maps: readonly Ptr[],
  parameters: readonly Ptr[],
  body: (maps: readonly Ptr[], parameters: readonly Ptr[], count: number) => void,
): void {
  const strides = bytesOf(...maps.map(() => groups * width), ...parameters.map(() => 0));
  nest(k, [{ count: pixels, strides }], [...maps, ...parameters], (at) => {
    const own = at.map((ptr) => k.pointerAt(ptr.role, ptr));
    forVectors(k, width, own, (count) => body(own.slice(0, maps.length), own.slice(maps.length), count));
  });
}

/** `value` in the first `count` lanes, 0 in the others. */
function firstLanes(k: KernelBuilder, value: Vec, count: number): Vec {
  return count === k.lanes
    ? value
    : k.select(k.compare('less', k.iota(), k.constant(count)), value, k.constant(0));
}

function mean(k: KernelBuilder, { pixels, width }: Blocks, sum: Vec): Vec {
  return k.mul(k.unary('sumLanes', sum), k.constant(1 / (pixels * width)));
}

interface Walk {
  readonly maps: readonly Ptr[];
  readonly parameters: readonly Ptr[];
  readonly count: number;
}

/** How a block is normalized: (x - center) · scale. */
interface Statistics {
  readonly center: Vec | null;
  readonly scale: Vec;
}

/**
 * The statistics of the block at maps[0]. `first` and `second` are called on the walks for the mean and the variance
 * (only `second` where numbers are not centered), with x, or its difference from the mean.
 */
function statistics(
  k: KernelBuilder,
  { blocks, epsilon, centered }: BlockNormalization,
  pointers: { readonly maps: readonly Ptr[]; readonly parameters: readonly Ptr[] },
  first: (walk: Walk) => void = () => {},
  second: (walk: Walk, difference: Vec) => void = () => {},
): Statistics {
  const { maps, parameters } = pointers;
  let center: Vec | null = null;
  if (centered) {
    const sum = k.constant(0, 'sum');
    forBlock(k, blocks, maps, parameters, (at, own, count) => {
      k.binaryInto('add', sum, sum, k.load(at[0]!, 0, count));
      first({ maps: at, parameters: own, count });
    });
    center = mean(k, blocks, sum);
  }
  const squares = k.constant(0, 'squares');
  forBlock(k, blocks, maps, parameters, (at, own, count) => {
    const x = k.load(at[0]!, 0, count);
    const difference = center === null ? x : firstLanes(k, k.sub(x, center), count);
    k.fmaInto(squares, difference, difference);
    second({ maps: at, parameters: own, count }, difference);
  });
  const variance = k.add(mean(k, blocks, squares), k.constant(epsilon));
  return { center, scale: k.div(k.constant(1), k.unary('sqrt', variance)) };
}

function differenceFrom(k: KernelBuilder, center: Vec | null, x: Vec): Vec {
  return center === null ? x : k.sub(x, center);
}

/** Pointers: src, gamma and beta where there are some, dst. */
export function normalizeBlocksKernel(options: Options & { readonly parameters: 0 | 1 | 2 }): Kernel {
  const { blocks, target } = options;
  const k = new KernelBuilder(kernelName('normalize_blocks', blocks), target);
  const src = k.pointer('src');
  const given = ['gamma', 'beta'].slice(0, options.parameters).map((role) => k.pointer(role));
  const dst = k.pointer('dst');
  forBlocks(k, blocks, [src, dst], given, ([s, d], own) => {
    const { center, scale } = statistics(k, options, { maps: [s!], parameters: [] });
    forBlock(k, blocks, [s!, d!], own, ([x, y], [gamma, beta], count) => {
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
export function normalizeBlocksGradientKernel(options: Options & { readonly parameters: 0 | 1 }): Kernel {
  const { blocks, centered, target } = options;
  const k = new KernelBuilder(kernelName('normalize_blocks_gradient', blocks), target);
  const [dy, src] = [k.pointer('dy'), k.pointer('src')];
  const given = options.parameters === 0 ? [] : [k.pointer('gamma')];
  const dst = k.pointer('dst');
  const scaled = ({ maps, parameters: [gamma], count }: Walk) => {
    const value = k.load(maps[1]!, 0, count);
    return gamma === undefined ? value : k.mul(value, k.load(gamma, 0, count));
  };
  forBlocks(k, blocks, [src, dy, dst], given, ([s, g, d], parameters) => {
    const sum = k.constant(0, 'sum');
    const product = k.constant(0, 'product');
    const { center, scale } = statistics(
      k,
      options,
      { maps: [s!, g!], parameters },
      (walk) => k.binaryInto('add', sum, sum, scaled(walk)),
      (walk, difference) => k.fmaInto(product, scaled(walk), difference),
    );
    const slope = k.mul(mean(k, blocks, product), k.mul(scale, scale));
    const average = centered ? mean(k, blocks, sum) : null;
    forBlock(k, blocks, [s!, g!, d!], parameters, (maps, own, count) => {
      const v = differenceFrom(k, average, scaled({ maps, parameters: own, count }));
      const difference = differenceFrom(k, center, k.load(maps[0]!, 0, count));
      k.store(k.mul(scale, k.sub(v, k.mul(difference, slope))), maps[2]!, 0, count);
    });
  });
  return k.finish();
}

/** Pointers: dy, src, dst [groups, width], to which dy times the normalized numbers is added for all rows and pixels. */
export function normalizeBlocksScaleGradientKernel(options: Options): Kernel {
  const { blocks, target } = options;
  const k = new KernelBuilder(kernelName('normalize_blocks_scale_gradient', blocks), target);
  const [dy, src, dst] = [k.pointer('dy'), k.pointer('src'), k.pointer('dst')];
  forBlocks(k, blocks, [src, dy], [dst], ([s, g], parameters) => {
    const { center, scale } = statistics(k, options, { maps: [s!], parameters: [] });
    forBlock(k, blocks, [s!, g!], parameters, ([x, slope], [total], count) => {
      const normalized = k.mul(differenceFrom(k, center, k.load(x!, 0, count)), scale);
      k.store(k.fma(k.load(slope!, 0, count), normalized, k.load(total!, 0, count)), total!, 0, count);
    });
  });
  return k.finish();
}

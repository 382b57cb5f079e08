/**
 * @file Groups of channels brought to mean 0 and variance 1, and the gradients of that: channels are lanes. Sums over
 * pixels are made for each channel; then the channels of a group are added up.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec } from './ir.ts';
import { bytesOf, forVectors, nest } from './nest.ts';
import { type Blocks, forRows, kernelName, type NormalizationOptions } from './normalized-blocks.ts';

/** Registers for each vector of channels that is worked on: its sums and statistics. */
const REGISTERS = 4;

function channelsOf({ groups, width }: Blocks): number {
  return groups * width;
}

/** Some vectors of channels: pointers to those of the first pixel, and of values with a number for each channel. */
interface Column {
  readonly maps: readonly Ptr[];
  readonly channels: readonly Ptr[];
  /** Floats of each vector. */
  readonly vectors: readonly number[];
}

class RowKernel {
  readonly k: KernelBuilder;
  readonly #blocks: Blocks;

  constructor(k: KernelBuilder, blocks: Blocks) {
    this.k = k;
    this.#blocks = blocks;
  }

  /** Calls `body` for all channels, some vectors of them at a time. */
  forColumns(maps: readonly Ptr[], channels: readonly Ptr[], body: (column: Column) => void): void {
    const limit = Math.floor(this.k.target.registers / REGISTERS);
    const options = { width: channelsOf(this.#blocks), limit };
    forColumns(this.k, options, [...maps, ...channels], (at, vectors) =>
      body({ maps: at.slice(0, maps.length), channels: at.slice(maps.length), vectors }),
    );
  }

  /** Calls `body` for each vector of each pixel of a column; the offset goes with pointers of maps. */
  forPixels({ maps, vectors }: Column, body: (maps: readonly Ptr[], v: number) => void): void {
    const strides = bytesOf(...maps.map(() => channelsOf(this.#blocks)));
    nest(this.k, [{ count: this.#blocks.pixels, strides }], maps, (at) =>
      vectors.forEach((_, v) => body(at, v)),
    );
  }

  load({ vectors }: Column, ptr: Ptr, v: number): Vec {
    return this.k.load(ptr, v * this.k.lanes * FLOAT_BYTES, vectors[v]!);
  }

  /** A vector for each of the column's. */
  each({ vectors }: Column, make: (v: number) => Vec): Vec[] {
    return vectors.map((_, v) => make(v));
  }

  store({ vectors }: Column, values: readonly Vec[], ptr: Ptr): void {
    values.forEach((value, v) => {
      this.k.store(value, ptr, v * this.k.lanes * FLOAT_BYTES, vectors[v]!);
    });
  }

  /** Replaces each channel's sum by what `finish` makes of the mean of its group. */
  spreadMeans(sums: Ptr, finish: (mean: Vec) => Vec = (mean) => mean): void {
    const { k } = this;
    const { groups, width, pixels } = this.#blocks;
    nest(k, [{ count: groups, strides: bytesOf(width) }], [sums], ([group]) => {
      const sum = k.constant(0, 'sum');
      const from = k.pointerAt('from', group!);
      forVectors(k, width, [from], (count) => k.binaryInto('add', sum, sum, k.load(from, 0, count)));
      const value = finish(k.mul(k.unary('sumLanes', sum), k.constant(1 / (pixels * width))));
      const to = k.pointerAt('to', group!);
      forVectors(k, width, [to], (count) => k.store(value, to, 0, count));
    });
  }
}

/** Where a row's statistics are: for each channel its group's. `center` is null where numbers are not centered. */
interface Statistics {
  readonly center: Ptr | null;
  readonly scale: Ptr;
}

interface Slopes {
  readonly dy: Ptr;
  readonly gamma: Ptr | null;
  /** For each channel, the group's mean of v = dy · gamma, and of v times the differences. */
  readonly mean: Ptr;
  readonly product: Ptr;
}

/** Computes the statistics of the row at `src`, and of `slopes` where they are given. */
function rowStatistics(
  row: RowKernel,
  { epsilon }: NormalizationOptions,
  src: Ptr,
  { center, scale }: Statistics,
  slopes: Slopes | null = null,
): void {
  const { k } = row;
  const maps = slopes === null ? [src] : [src, slopes.dy];
  const gammas = slopes?.gamma ? [slopes.gamma] : [];
  const zeros = (column: Column) => row.each(column, () => k.constant(0, 'sum'));
  const scaled = (column: Column, at: readonly Ptr[], factors: readonly Vec[] | null, v: number) => {
    const value = row.load(column, at[1]!, v);
    return factors === null ? value : k.mul(value, factors[v]!);
  };
  const factorsOf = (column: Column, gamma: Ptr | undefined) =>
    gamma === undefined ? null : row.each(column, (v) => row.load(column, gamma, v));
  if (center !== null) {
    const sums = slopes === null ? [center] : [center, slopes.mean];
    row.forColumns(maps, [...sums, ...gammas], (column) => {
      const factors = factorsOf(column, column.channels[sums.length]);
      const totals = sums.map(() => zeros(column));
      row.forPixels(column, (at, v) => {
        k.binaryInto('add', totals[0]![v]!, totals[0]![v]!, row.load(column, at[0]!, v));
        if (slopes !== null)
          k.binaryInto('add', totals[1]![v]!, totals[1]![v]!, scaled(column, at, factors, v));
      });
      totals.forEach((total, i) => row.store(column, total, column.channels[i]!));
    });
    for (const sum of sums) row.spreadMeans(sum);
  }
  const products = slopes === null ? [scale] : [scale, slopes.product];
  const centers = center === null ? [] : [center];
  row.forColumns(maps, [...products, ...centers, ...gammas], (column) => {
    const middles = factorsOf(column, centers.length > 0 ? column.channels[products.length] : undefined);
    const factors = factorsOf(column, column.channels[products.length + centers.length]);
    const totals = products.map(() => zeros(column));
    row.forPixels(column, (at, v) => {
      const x = row.load(column, at[0]!, v);
      const difference = middles === null ? x : k.sub(x, middles[v]!);
      k.fmaInto(totals[0]![v]!, difference, difference);
      if (slopes !== null) k.fmaInto(totals[1]![v]!, scaled(column, at, factors, v), difference);
    });
    totals.forEach((total, i) => row.store(column, total, column.channels[i]!));
  });
  row.spreadMeans(scale, (variance) =>
    k.div(k.constant(1), k.unary('sqrt', k.add(variance, k.constant(epsilon)))),
  );
  if (slopes !== null) row.spreadMeans(slopes.product);
}

/** As `normalizeRowsKernel`. */
export function normalizeGroupsKernel(
  options: NormalizationOptions & { readonly parameters: 0 | 1 | 2 },
): Kernel {
  const { blocks, centered, target } = options;
  const k = new KernelBuilder(kernelName('normalize', options), target);
  const src = k.pointer('src');
  const given = ['gamma', 'beta'].slice(0, options.parameters).map((role) => k.pointer(role));
  const dst = k.pointer('dst');
  const row = new RowKernel(k, blocks);
  const scratch = (role: string) => k.scratch(role, channelsOf(blocks));
  const statistics = { scale: scratch('scale'), center: centered ? scratch('center') : null };
  const centers = statistics.center === null ? [] : [statistics.center];
  forRows(k, blocks, [src, dst], ([s, d]) => {
    rowStatistics(row, options, s!, statistics);
    row.forColumns([s!, d!], [statistics.scale, ...given, ...centers], (column) => {
      const load = (ptr: Ptr) => row.each(column, (v) => row.load(column, ptr, v));
      const [scale, ...others] = column.channels.map(load);
      const [gamma, beta] = others.slice(0, given.length);
      const center = others[given.length];
      const factor = gamma === undefined ? scale! : row.each(column, (v) => k.mul(scale![v]!, gamma[v]!));
      row.forPixels(column, ([x, y], v) => {
        const value = row.load(column, x!, v);
        const difference = center === undefined ? value : k.sub(value, center[v]!);
        const result =
          beta === undefined ? k.mul(difference, factor[v]!) : k.fma(difference, factor[v]!, beta[v]!);
        k.store(result, y!, v * k.lanes * FLOAT_BYTES, column.vectors[v]!);
      });
    });
  });
  return k.finish();
}

/** As `normalizeRowsGradientKernel`. */
export function normalizeGroupsGradientKernel(
  options: NormalizationOptions & { readonly parameters: 0 | 1 },
): Kernel {
  const { blocks, centered, target } = options;
  const k = new KernelBuilder(kernelName('normalize_gradient', options), target);
  const [dy, src] = [k.pointer('dy'), k.pointer('src')];
  const gamma = options.parameters === 0 ? null : k.pointer('gamma');
  const dst = k.pointer('dst');
  const row = new RowKernel(k, blocks);
  const scratch = (role: string) => k.scratch(role, channelsOf(blocks));
  const statistics = { scale: scratch('scale'), center: centered ? scratch('center') : null };
  const [mean, product] = [scratch('mean'), scratch('product')];
  const gammas = gamma === null ? [] : [gamma];
  const centers = statistics.center === null ? [] : [statistics.center, mean];
  forRows(k, blocks, [src, dy, dst], ([s, g, d]) => {
    rowStatistics(row, options, s!, statistics, { dy: g!, gamma, mean, product });
    row.forColumns([s!, g!, d!], [statistics.scale, product, ...gammas, ...centers], (column) => {
      const load = (ptr: Ptr) => row.each(column, (v) => row.load(column, ptr, v));
      const [scale, products, ...others] = column.channels.map(load);
      const factor = gammas.length === 0 ? undefined : others[0];
      const [center, average] = others.slice(gammas.length);
      const slope = row.each(column, (v) => k.mul(products![v]!, k.mul(scale![v]!, scale![v]!)));
      row.forPixels(column, (at, v) => {
        const x = row.load(column, at[0]!, v);
        const given = row.load(column, at[1]!, v);
        const own = factor === undefined ? given : k.mul(given, factor[v]!);
        const difference = center === undefined ? x : k.sub(x, center[v]!);
        const above = average === undefined ? own : k.sub(own, average[v]!);
        const value = k.mul(scale![v]!, k.sub(above, k.mul(difference, slope[v]!)));
        k.store(value, at[2]!, v * k.lanes * FLOAT_BYTES, column.vectors[v]!);
      });
    });
  });
  return k.finish();
}

/** As `normalizeRowsScaleGradientKernel`. */
export function normalizeGroupsScaleGradientKernel(options: NormalizationOptions): Kernel {
  const { blocks, centered, target } = options;
  const k = new KernelBuilder(kernelName('normalize_scale_gradient', options), target);
  const [dy, src, dst] = [k.pointer('dy'), k.pointer('src'), k.pointer('dst')];
  const row = new RowKernel(k, blocks);
  const scratch = (role: string) => k.scratch(role, channelsOf(blocks));
  const statistics = { scale: scratch('scale'), center: centered ? scratch('center') : null };
  const centers = statistics.center === null ? [] : [statistics.center];
  forRows(k, blocks, [src, dy], ([s, g]) => {
    rowStatistics(row, options, s!, statistics);
    row.forColumns([s!, g!], [statistics.scale, dst, ...centers], (column) => {
      const load = (ptr: Ptr) => row.each(column, (v) => row.load(column, ptr, v));
      const center = centers.length === 0 ? undefined : load(column.channels[2]!);
      const totals = row.each(column, () => k.constant(0, 'sum'));
      row.forPixels(column, ([x, slope], v) => {
        const value = row.load(column, x!, v);
        const difference = center === undefined ? value : k.sub(value, center[v]!);
        k.fmaInto(totals[v]!, row.load(column, slope!, v), difference);
      });
      const [scale, known] = [load(column.channels[0]!), load(column.channels[1]!)];
      const results = row.each(column, (v) => k.fma(totals[v]!, scale[v]!, known[v]!));
      row.store(column, results, column.channels[1]!);
    });
  });
  return k.finish();
}

/** @file Pooling and its gradients: channels are lanes; windows that the map's edge cuts off are walked separately. */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { fillZeros, forVectors, nest, sampleLevel } from './nest.ts';

/** One window along an axis: where its first cell lies, which may be before the map, and its cells inside: [from, to). */
export interface PoolWindow {
  readonly origin: number;
  readonly from: number;
  readonly to: number;
}

/** A pooling of maps [ih, iw, c] to one number for each pair of a window of rows and one of columns. */
export interface PoolShape {
  readonly ih: number;
  readonly iw: number;
  readonly c: number;
  readonly rows: readonly PoolWindow[];
  readonly columns: readonly PoolWindow[];
  /** Columns of the widest window: places in a window are row · width + column. */
  readonly width: number;
}

interface PoolOptions {
  readonly shape: PoolShape;
  readonly target: VectorTarget;
}

/** A stretch: neighbouring windows with the same part inside the map, at equal distances. */
interface Stretch {
  /** First result position, and how many. */
  readonly first: number;
  readonly count: number;
  /** First source position of the first window's inside part, and the distance to the next window's. */
  readonly source: number;
  readonly step: number;
  /** The inside part: cells [from, to) of the window. */
  readonly from: number;
  readonly to: number;
}

/** Cuts one axis into stretches. */
function windowStretches(windows: readonly PoolWindow[]): Stretch[] {
  const stretches: Stretch[] = [];
  windows.forEach(({ origin, from, to }, first) => {
    const source = origin + from;
    const last = stretches.at(-1);
    if (last !== undefined && last.from === from && last.to === to) {
      const step = last.count === 1 ? source - last.source : last.step;
      if (source === last.source + last.count * step) {
        stretches[stretches.length - 1] = { ...last, count: last.count + 1, step };
        return;
      }
    }
    stretches.push({ first, count: 1, source, step: 0, from, to });
  });
  return stretches;
}

interface Cell {
  /** Byte offset from the window's first inside cell. */
  readonly offset: number;
  /** Row · width + column in the whole window. */
  readonly place: number;
}

/**
 * Calls `body` in the loops over all windows and channel vectors: `map` points at the first inside cell, `others` at the
 * result's element. Pointers given: the map, then values of the result's shape.
 */
function forWindows(
  k: KernelBuilder,
  p: PoolShape,
  map: Ptr,
  others: readonly Ptr[],
  body: (map: Ptr, others: readonly Ptr[], cells: readonly Cell[], count: number) => void,
): void {
  const bytes = (mapStride: number, stride: number) =>
    [mapStride, ...others.map(() => stride)].map((s) => s * FLOAT_BYTES);
  const ow = p.columns.length;
  for (const y of windowStretches(p.rows)) {
    for (const x of windowStretches(p.columns)) {
      const start = bytes((y.source * p.iw + x.source) * p.c, (y.first * ow + x.first) * p.c);
      const levels = [
        { count: y.count, strides: bytes(y.step * p.iw * p.c, ow * p.c) },
        { count: x.count, strides: bytes(x.step * p.c, p.c) },
      ];
      const cells: Cell[] = [];
      for (let kh = y.from; kh < y.to; kh++) {
        for (let kw = x.from; kw < x.to; kw++) {
          const offset = ((kh - y.from) * p.iw + (kw - x.from)) * p.c * FLOAT_BYTES;
          cells.push({ offset, place: kh * p.width + kw });
        }
      }
      nest(
        k,
        levels,
        [map, ...others].map((ptr, i) => k.pointerAt(ptr.role, ptr, start[i]!)),
        (at) => {
          const own = at.map((ptr) => k.pointerAt(ptr.role, ptr));
          forVectors(k, p.c, own, (count) => body(own[0]!, own.slice(1), cells, count));
        },
      );
    }
  }
}

function poolName(kind: string, p: PoolShape): string {
  const extent = (windows: readonly PoolWindow[]) => Math.max(...windows.map(({ from, to }) => to - from));
  return `${kind}_${p.ih}x${p.iw}x${p.c}_to_${p.rows.length}x${p.columns.length}_of_${extent(p.rows)}x${extent(p.columns)}`;
}

/** Floats of a sample's map, and of its result. */
function sizesOf(p: PoolShape): [map: number, result: number] {
  return [p.ih * p.iw * p.c, p.rows.length * p.columns.length * p.c];
}

/** Pointers: src [ih, iw, c], dst [oh, ow, c]. */
export function poolKernel({
  kind,
  shape: p,
  target,
}: PoolOptions & { kind: 'max' | 'maxIndex' | 'average' }): Kernel {
  const k = new KernelBuilder(poolName(`pool_${kind}`, p), target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  nest(k, [sampleLevel(k.count('samples'), sizesOf(p))], [src, dst], ([s, d]) =>
    forWindows(k, p, s!, [d!], (map, [out], cells, count) => {
      const values = cells.map((cell) => k.load(map, cell.offset, count));
      k.store(combine[kind](k, values, cells), out!, 0, count);
    }),
  );
  return k.finish();
}

const combine: Record<
  'max' | 'maxIndex' | 'average',
  (k: KernelBuilder, values: Vec[], cells: readonly Cell[]) => Vec
> = {
  max: (k, values) => values.reduce((best, value) => k.max(value, best)),
  maxIndex: (k, values, cells) => {
    let best = values[0]!;
    let place = k.constant(cells[0]!.place);
    values.slice(1).forEach((value, i) => {
      place = k.select(k.compare('less', best, value), k.constant(cells[i + 1]!.place), place);
      best = k.max(value, best);
    });
    return place;
  },
  average: (k, values) =>
    k.mul(
      values.reduce((total, value) => k.add(total, value)),
      k.constant(1 / values.length),
    ),
};

/** Pointers: src [ih, iw, c], index and dst [oh, ow, c]: the number at each window's given place. */
export function poolAtKernel({ shape: p, target }: PoolOptions): Kernel {
  const k = new KernelBuilder(poolName('pool_at', p), target);
  const pointers = [k.pointer('src'), k.pointer('index'), k.pointer('dst')];
  const [map, result] = sizesOf(p);
  nest(k, [sampleLevel(k.count('samples'), [map, result, result])], pointers, ([src, index, dst]) =>
    forWindows(k, p, src!, [index!, dst!], (at, [place, out], cells, count) => {
      const winner = k.load(place!, 0, count);
      const value = cells.slice(1).reduce(
        (best, cell) => {
          const here = k.compare('equal', winner, k.constant(cell.place));
          return k.select(here, k.load(at, cell.offset, count), best);
        },
        k.load(at, cells[0]!.offset, count),
      );
      k.store(value, out!, 0, count);
    }),
  );
  return k.finish();
}

/** True when each position of an axis is in exactly one window. */
function partitions(windows: readonly PoolWindow[], extent: number): boolean {
  let end = 0;
  for (const { origin, from, to } of windows) {
    if (origin + from !== end) return false;
    end = origin + to;
  }
  return end === extent;
}

/** True when each map cell belongs to exactly one window, so that gradients can be stored and not added. */
function isPartition(p: PoolShape): boolean {
  return partitions(p.rows, p.ih) && partitions(p.columns, p.iw);
}

/** Pointers: dy, index (both [oh, ow, c]), dst [ih, iw, c]: dy where the cell is the window's winner. */
export function maxUnpoolKernel({ shape: p, target }: PoolOptions): Kernel {
  const k = new KernelBuilder(poolName('unpool_max', p), target);
  const pointers = [k.pointer('dy'), k.pointer('index'), k.pointer('dst')];
  const [map, result] = sizesOf(p);
  nest(k, [sampleLevel(k.count('samples'), [result, result, map])], pointers, ([dy, index, dst]) => {
    unpool(k, p, { dst: dst!, others: [dy!, index!] }, ([grad, place], cells, count) => {
      const value = k.load(grad!, 0, count);
      const winner = k.load(place!, 0, count);
      const zero = k.constant(0);
      return (cell) =>
        cells.length === 1
          ? value
          : k.select(k.compare('equal', winner, k.constant(cell.place)), value, zero);
    });
  });
  return k.finish();
}

/** Pointers: dy [oh, ow, c], dst [ih, iw, c]: dy / valid cells, added for each window. */
export function averagePoolGradientKernel({ shape: p, target }: PoolOptions): Kernel {
  const k = new KernelBuilder(poolName('unpool_average', p), target);
  const pointers = [k.pointer('dy'), k.pointer('dst')];
  const [map, result] = sizesOf(p);
  nest(k, [sampleLevel(k.count('samples'), [result, map])], pointers, ([dy, dst]) => {
    unpool(k, p, { dst: dst!, others: [dy!] }, ([grad], cells, count) => {
      const share = k.mul(k.load(grad!, 0, count), k.constant(1 / cells.length));
      return () => share;
    });
  });
  return k.finish();
}

/** Gives each cell of the map the sum of its shares of all windows. `shares` loads a window's and gives each cell its. */
function unpool(
  k: KernelBuilder,
  p: PoolShape,
  { dst, others }: { readonly dst: Ptr; readonly others: readonly Ptr[] },
  shares: (others: readonly Ptr[], cells: readonly Cell[], count: number) => (cell: Cell) => Vec,
): void {
  const direct = isPartition(p);
  if (!direct) fillZeros(k, dst, sizesOf(p)[0]);
  forWindows(k, p, dst, others, (map, own, cells, count) => {
    const share = shares(own, cells, count);
    for (const cell of cells) {
      const value = share(cell);
      k.store(direct ? value : k.add(k.load(map, cell.offset, count), value), map, cell.offset, count);
    }
  });
}

/** @file Pooling and its gradients: channels are lanes; windows that the map's edge cuts off are walked separately. */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { fillZeros, forVectors, nest, sampleLevel } from './nest.ts';

/** A pooling: map, result, window, strides, and the rows and columns by which windows start before the map. */
export interface PoolShape {
  readonly ih: number;
  readonly iw: number;
  readonly c: number;
  readonly oh: number;
  readonly ow: number;
  readonly kh: number;
  readonly kw: number;
  readonly sh: number;
  readonly sw: number;
  readonly top: number;
  readonly left: number;
}

interface PoolOptions {
  readonly shape: PoolShape;
  readonly target: VectorTarget;
}

/** A stretch: neighbouring windows that have the same part inside the map. */
interface Stretch {
  /** First result position, and how many. */
  readonly first: number;
  readonly count: number;
  /** First source position of the first window's inside part. */
  readonly source: number;
  /** The inside part: cells [from, to) of the window. */
  readonly from: number;
  readonly to: number;
}

/** Cuts one axis into stretches. */
export function windowStretches(
  input: number,
  output: number,
  size: number,
  stride: number,
  before: number,
): Stretch[] {
  const stretches: Stretch[] = [];
  for (let o = 0; o < output; o++) {
    const origin = o * stride - before;
    const from = Math.max(0, -origin);
    const to = Math.min(size, input - origin);
    const last = stretches.at(-1);
    if (last !== undefined && last.from === from && last.to === to && from === 0) {
      stretches[stretches.length - 1] = { ...last, count: last.count + 1 };
    } else stretches.push({ first: o, count: 1, source: origin + from, from, to });
  }
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
  for (const y of windowStretches(p.ih, p.oh, p.kh, p.sh, p.top)) {
    for (const x of windowStretches(p.iw, p.ow, p.kw, p.sw, p.left)) {
      const start = bytes((y.source * p.iw + x.source) * p.c, (y.first * p.ow + x.first) * p.c);
      const levels = [
        { count: y.count, strides: bytes(p.sh * p.iw * p.c, p.ow * p.c) },
        { count: x.count, strides: bytes(p.sw * p.c, p.c) },
      ];
      const cells: Cell[] = [];
      for (let kh = y.from; kh < y.to; kh++) {
        for (let kw = x.from; kw < x.to; kw++) {
          const offset = ((kh - y.from) * p.iw + (kw - x.from)) * p.c * FLOAT_BYTES;
          cells.push({ offset, place: kh * p.kw + kw });
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
  return `${kind}_${p.ih}x${p.iw}x${p.c}_${p.kh}x${p.kw}_s${p.sh}x${p.sw}_p${p.top}x${p.left}`;
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
  nest(k, [sampleLevel(k.count('samples'), [p.ih * p.iw * p.c, p.oh * p.ow * p.c])], [src, dst], ([s, d]) =>
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

/** True when each map cell belongs to exactly one window, so that gradients can be stored and not added. */
function partitions(p: PoolShape): boolean {
  return p.kh === p.sh && p.kw === p.sw && p.oh * p.kh === p.ih && p.ow * p.kw === p.iw;
}

/** Pointers: dy, index (both [oh, ow, c]), dst [ih, iw, c]: dy where the cell is the window's winner. */
export function maxUnpoolKernel({ shape: p, target }: PoolOptions): Kernel {
  const k = new KernelBuilder(poolName('unpool_max', p), target);
  const pointers = [k.pointer('dy'), k.pointer('index'), k.pointer('dst')];
  const sizes = [p.oh * p.ow * p.c, p.oh * p.ow * p.c, p.ih * p.iw * p.c];
  const direct = partitions(p);
  nest(k, [sampleLevel(k.count('samples'), sizes)], pointers, ([dy, index, dst]) => {
    if (!direct) fillZeros(k, dst!, p.ih * p.iw * p.c);
    forWindows(k, p, dst!, [dy!, index!], (map, [grad, place], cells, count) => {
      const value = k.load(grad!, 0, count);
      const winner = k.load(place!, 0, count);
      const zero = k.constant(0);
      for (const cell of cells) {
        const share = k.select(k.compare('equal', winner, k.constant(cell.place)), value, zero);
        k.store(direct ? share : k.add(k.load(map, cell.offset, count), share), map, cell.offset, count);
      }
    });
  });
  return k.finish();
}

/** Pointers: dy [oh, ow, c], dst [ih, iw, c]: dy / valid cells, added for each window. */
export function averagePoolGradientKernel({ shape: p, target }: PoolOptions): Kernel {
  const k = new KernelBuilder(poolName('unpool_average', p), target);
  const dy = k.pointer('dy');
  const dst = k.pointer('dst');
  nest(
    k,
    [sampleLevel(k.count('samples'), [p.oh * p.ow * p.c, p.ih * p.iw * p.c])],
    [dy, dst],
    ([grad, out]) => {
      fillZeros(k, out!, p.ih * p.iw * p.c);
      forWindows(k, p, out!, [grad!], (map, [g], cells, count) => {
        const share = k.mul(k.load(g!, 0, count), k.constant(1 / cells.length));
        for (const cell of cells)
          k.store(k.add(k.load(map, cell.offset, count), share), map, cell.offset, count);
      });
    },
  );
  return k.finish();
}

/** @file How a convolution's result is walked: in tiles of pixels, or of pooling windows. */

import type { KernelBuilder } from './builder.ts';
import type { ConvShape } from './conv-shape.ts';
import { FLOAT_BYTES, type Ptr, type VectorTarget } from './ir.ts';
import { nest } from './nest.ts';
import { maxRows, tileCost } from './outer-product.ts';

/** A max pooling fused into its producer; the producer's own result is not kept. */
export interface FusedWindow {
  readonly height: number;
  readonly width: number;
  /** Also write the winner's place, as a second result. */
  readonly index: boolean;
}

/** How the result is walked: units are pixels, or windows where pooling is fused; a tile is bh × bw units. */
export interface Plan {
  readonly shape: ConvShape;
  readonly window: FusedWindow;
  readonly unitsHigh: number;
  readonly unitsWide: number;
  readonly bh: number;
  readonly bw: number;
  readonly vectors: number;
}

/** Picks the tile with the least work per result, counting loads and the latency of short tiles. */
export function planTiles(shape: ConvShape, target: VectorTarget, window: FusedWindow): Plan {
  const unitsHigh = Math.floor(shape.oh / window.height);
  const unitsWide = Math.floor(shape.ow / window.width);
  const cells = window.height * window.width;
  const allVectors = Math.ceil(shape.oc / target.lanes);
  let best: Plan | null = null;
  let bestCost = Number.POSITIVE_INFINITY;
  for (let vectors = 1; vectors <= Math.min(4, allVectors); vectors++) {
    const units = Math.floor(maxRows(target, vectors) / cells);
    for (let bh = 1; bh <= Math.min(units, unitsHigh, 2); bh++) {
      for (let bw = 1; bw <= Math.min(Math.floor(units / bh), unitsWide); bw++) {
        const cost = planCost({ unitsHigh, unitsWide, bh, bw, cells, vectors, allVectors });
        if (cost < bestCost) {
          bestCost = cost;
          best = { shape, window, unitsHigh, unitsWide, bh, bw, vectors };
        }
      }
    }
  }
  return best ?? { shape, window, unitsHigh, unitsWide, bh: 1, bw: 1, vectors: 1 };
}

function planCost(p: {
  unitsHigh: number;
  unitsWide: number;
  bh: number;
  bw: number;
  cells: number;
  vectors: number;
  allVectors: number;
}): number {
  const parts = (total: number, block: number): [number, number][] => [
    [Math.floor(total / block), block],
    [total % block === 0 ? 0 : 1, total % block],
  ];
  let cost = 0;
  for (const [highCount, high] of parts(p.unitsHigh, p.bh)) {
    for (const [wideCount, wide] of parts(p.unitsWide, p.bw)) {
      if (highCount * wideCount === 0) continue;
      const blocks = Math.ceil(p.allVectors / p.vectors);
      cost += highCount * wideCount * blocks * tileCost(high * wide * p.cells, p.allVectors / blocks);
    }
  }
  return cost;
}

/** Walks the result in tiles of units: whole tiles first, then the smaller tiles at the right and lower edges. */
export function forBlocks(
  k: KernelBuilder,
  plan: Plan,
  src: Ptr,
  results: readonly Ptr[],
  body: (src: Ptr, results: readonly Ptr[], bh: number, bw: number) => void,
): void {
  const { shape: c, window, unitsHigh, unitsWide, bh, bw } = plan;
  const down = [window.height * c.sh * c.iw * c.ic, ...results.map(() => unitsWide * c.oc)];
  const right = [window.width * c.sw * c.ic, ...results.map(() => c.oc)];
  const scaled = (strides: readonly number[], by: number) =>
    strides.map((stride) => stride * by * FLOAT_BYTES);
  const shifted = (from: readonly Ptr[], strides: readonly number[], by: number) =>
    from.map((ptr, i) => k.pointerAt(ptr.role, ptr, strides[i]! * by * FLOAT_BYTES));
  const rows = (from: readonly Ptr[], count: number, high: number) => {
    nest(k, [{ count, strides: scaled(down, high) }], from, (row) => {
      const whole = Math.floor(unitsWide / bw);
      nest(k, [{ count: whole, strides: scaled(right, bw) }], row, ([s, ...d]) => body(s!, d, high, bw));
      if (unitsWide % bw === 0) return;
      const [s, ...d] = shifted(row, right, whole * bw);
      body(s!, d, high, unitsWide % bw);
    });
  };
  const whole = Math.floor(unitsHigh / bh);
  rows([src, ...results], whole, bh);
  if (unitsHigh % bh > 0) rows(shifted([src, ...results], down, whole * bh), 1, unitsHigh % bh);
}

/** One tile's place in a column of output channels. */
export interface TileSpan {
  readonly bh: number;
  readonly bw: number;
  readonly vectors: readonly number[];
}

/** Byte offsets in the source of a tile's pixels: the cells of its first unit, of the second, and so on. */
export function tileRows(
  { shape: c, window }: Plan,
  span: { readonly bh: number; readonly bw: number },
): number[] {
  const rows: number[] = [];
  for (let unit = 0; unit < span.bh * span.bw; unit++) {
    for (let cell = 0; cell < window.height * window.width; cell++) {
      const y = Math.floor(unit / span.bw) * window.height + Math.floor(cell / window.width);
      const x = (unit % span.bw) * window.width + (cell % window.width);
      rows.push((y * c.sh * c.iw + x * c.sw) * c.ic * FLOAT_BYTES);
    }
  }
  return rows;
}

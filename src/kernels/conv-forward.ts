/**
 * @file Direct convolution, NHWC data and HWIO weights: output channels are lanes, a tile holds some output pixels.
 * A fused max pooling makes the tile's pixels whole windows, so the map before pooling never reaches memory.
 */

import { KernelBuilder } from './builder.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { nest, sampleLevel } from './nest.ts';
import {
  accumulate,
  columnBlocks,
  makeTile,
  maxRows,
  type Tile,
  tileCost,
  zeroTile,
} from './outer-product.ts';

/** A max pooling fused into its producer; the producer's own result is not kept. */
export interface FusedWindow {
  readonly height: number;
  readonly width: number;
  /** Also write the winner's place, as a second result. */
  readonly index: boolean;
}

interface ForwardOptions {
  readonly shape: ConvShape;
  readonly target: VectorTarget;
  readonly epilogue: Epilogue | null;
  readonly window: FusedWindow | null;
}

/** How the result is walked: units are pixels, or windows where pooling is fused; a tile is bh × bw units. */
interface Plan {
  readonly shape: ConvShape;
  readonly window: FusedWindow;
  readonly unitsHigh: number;
  readonly unitsWide: number;
  readonly bh: number;
  readonly bw: number;
  readonly vectors: number;
}

interface Pointers {
  readonly weights: Ptr;
  readonly bound: BoundEpilogue | null;
}

const NO_WINDOW: FusedWindow = { height: 1, width: 1, index: false };

/** Pointers: src, weights, epilogue operands, dst, then index when the fused window asks for it. */
export function convForwardKernel({ shape, target, epilogue, window }: ForwardOptions): Kernel {
  const plan = planTiles(window === null ? flattenPointwise(shape) : shape, target, window ?? NO_WINDOW);
  const pooled = window === null ? '' : `_pool${window.height}x${window.width}`;
  const k = new KernelBuilder(
    `conv2d_${convName(shape)}${pooled}${epilogue === null ? '' : `_${epilogue.name}`}`,
    target,
  );
  const src = k.pointer('src');
  const weights = k.pointer('weights');
  const bound = bindEpilogue(k, epilogue);
  const results = [k.pointer('dst'), ...(plan.window.index ? [k.pointer('index')] : [])];
  const samples = k.count('samples');
  const { ih, iw, ic, oc } = plan.shape;
  const resultSize = plan.unitsHigh * plan.unitsWide * oc;
  nest(
    k,
    [sampleLevel(samples, [ih * iw * ic, ...results.map(() => resultSize)])],
    [src, ...results],
    ([s, ...d]) => {
      for (const { start, vectors } of columnBlocks(oc, k.lanes, plan.vectors)) {
        forBlocks(k, plan, s!, d, (from, to, bh, bw) =>
          convTile(k, plan, { weights, bound }, from, to, { bh, bw, start, vectors }),
        );
      }
    },
  );
  return k.finish();
}

/** Picks the tile with the least work per result, counting loads and the latency of short tiles. */
function planTiles(shape: ConvShape, target: VectorTarget, window: FusedWindow): Plan {
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

/** Walks the result in tiles of units: whole blocks, then the right and lower rests. */
function forBlocks(
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

interface TileSpan {
  readonly bh: number;
  readonly bw: number;
  /** First output channel. */
  readonly start: number;
  readonly vectors: readonly number[];
}

function convTile(
  k: KernelBuilder,
  plan: Plan,
  pointers: Pointers,
  src: Ptr,
  results: readonly Ptr[],
  span: TileSpan,
): void {
  const { shape: c, window } = plan;
  const rows: number[] = [];
  for (let unit = 0; unit < span.bh * span.bw; unit++) {
    for (let cell = 0; cell < window.height * window.width; cell++) {
      const y = Math.floor(unit / span.bw) * window.height + Math.floor(cell / window.width);
      const x = (unit % span.bw) * window.width + (cell % window.width);
      rows.push((y * c.sh * c.iw + x * c.sw) * c.ic * FLOAT_BYTES);
    }
  }
  const tile = makeTile(k, rows, span.vectors);
  zeroTile(k, tile);
  sumOverKernel(k, c, tile, src, k.pointerAt('w', pointers.weights, span.start * FLOAT_BYTES));
  storeUnits(k, plan, pointers.bound, tile, results, span);
}

/** The sum over kh, kw and ic. Without dilation a row of the kernel reads neighbouring pixels: one run of kw·ic floats. */
function sumOverKernel(k: KernelBuilder, c: ConvShape, tile: Tile, src: Ptr, w: Ptr): void {
  const contiguous = c.dw === 1;
  const taps = contiguous ? 1 : c.kw;
  const depth = { count: contiguous ? c.kw * c.ic : c.ic, xStep: FLOAT_BYTES, wStep: c.oc * FLOAT_BYTES };
  const levels = [
    { count: c.kh, strides: [c.dh * c.iw * c.ic * FLOAT_BYTES, c.kw * c.ic * c.oc * FLOAT_BYTES] },
    { count: taps, strides: [c.dw * c.ic * FLOAT_BYTES, c.ic * c.oc * FLOAT_BYTES] },
  ];
  nest(k, levels, [src, w], ([x, weights]) =>
    accumulate(k, tile, k.pointerAt('x', x!), k.pointerAt('w', weights!), depth),
  );
}

/** Pools each unit's cells, applies the epilogue, and stores values (and winners' places). */
function storeUnits(
  k: KernelBuilder,
  plan: Plan,
  bound: BoundEpilogue | null,
  tile: Tile,
  results: readonly Ptr[],
  span: TileSpan,
): void {
  const { window, unitsWide, shape } = plan;
  const cells = window.height * window.width;
  const places = window.index ? Array.from({ length: cells }, (_, cell) => k.constant(cell)) : [];
  span.vectors.forEach((count, v) => {
    const channel = span.start + v * k.lanes;
    const operands = loadOperands(k, bound, channel, count);
    for (let unit = 0; unit < span.bh * span.bw; unit++) {
      const group = tile.acc.slice(unit * cells, (unit + 1) * cells).map((row) => row[v]!);
      const { value, place } = poolCells(k, group, places);
      const pixel = Math.floor(unit / span.bw) * unitsWide + (unit % span.bw);
      const offset = (pixel * shape.oc + channel) * FLOAT_BYTES;
      k.store(applyEpilogue(k, bound, value, operands), results[0]!, offset, count);
      if (place !== null) k.store(place, results[1]!, offset, count);
    }
  });
}

/** Maximum of the cells; with `places`, also the place of the first maximum. */
function poolCells(
  k: KernelBuilder,
  cells: readonly Vec[],
  places: readonly Vec[],
): { value: Vec; place: Vec | null } {
  let value = cells[0]!;
  let place = places[0] ?? null;
  cells.slice(1).forEach((cell, i) => {
    if (place !== null) place = k.select(k.compare('less', value, cell), places[i + 1]!, place);
    value = k.max(cell, value);
  });
  return { value, place };
}

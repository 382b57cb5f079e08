/**
 * @file Direct convolution, NHWC data and HWIO weights: output channels are lanes, a tile holds some output pixels.
 * A fused max pooling makes the tile's pixels whole windows, so the map before pooling never reaches memory.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { blockRows, convDeepColumn, isDeep } from './conv-deep.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { type FusedWindow, forBlocks, type Plan, planTiles, type TileSpan, tileRows } from './conv-tiles.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { nest, sampleLevel } from './nest.ts';
import { accumulate, makeTile, type Tile, zeroTile } from './outer-product.ts';
import { type Column, type ColumnWalk, walkColumns } from './panel.ts';
import { poolCells } from './pool-cells.ts';

interface ForwardOptions {
  readonly shape: ConvShape;
  readonly target: VectorTarget;
  readonly epilogue: Epilogue | null;
  readonly window: FusedWindow | null;
}

/** The operands and the result of one column of output channels. */
interface ColumnPointers {
  readonly src: Ptr;
  readonly weights: Column;
  readonly results: readonly Ptr[];
  readonly bound: BoundEpilogue | null;
}

const NO_WINDOW: FusedWindow = { height: 1, width: 1, index: false };

/** Pointers: src, weights, epilogue operands, dst, then index when the fused window asks for it; scratch. */
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
  const { ih, iw, ic, oc, oh, ow } = plan.shape;
  const rows = plan.shape.kh * plan.shape.kw * ic;
  const matrix = { rows, width: oc, vectors: plan.vectors, uses: oh * ow };
  const resultSize = plan.unitsHigh * plan.unitsWide * oc;
  const level = sampleLevel(samples, [ih * iw * ic, ...results.map(() => resultSize)]);
  const walk = walkColumns(k, matrix, level, isDeep(plan, target) ? blockRows(plan, target) : rows);
  const columns = { width: oc, limit: plan.vectors, bound };
  nest(k, [walk.around], [src, ...results], ([s, ...d]) => {
    forColumns(k, columns, [weights, ...d], ([w, ...out], vectors, operands) => {
      const column = { ptr: w!, stride: oc, vectors };
      forwardColumn(k, plan, { src: s!, weights: column, results: out, bound: operands }, walk);
    });
  });
  return k.finish();
}

/** One column of output channels, with the loop over the samples inside. */
function forwardColumn(k: KernelBuilder, plan: Plan, pointers: ColumnPointers, walk: ColumnWalk): void {
  const { src, weights, results, bound } = pointers;
  if (isDeep(plan, k.target)) {
    convDeepColumn(k, plan, { ...pointers, dst: results[0]! }, walk);
    return;
  }
  const { kh, kw, ic } = plan.shape;
  const column = walk.pack(weights, kh * kw * ic);
  nest(k, [walk.inside], [src, ...results], ([s, ...d]) =>
    forBlocks(k, plan, s!, d, (from, to, bh, bw) => {
      const span = { bh, bw, vectors: weights.vectors };
      const tile = makeTile(k, tileRows(plan, span), column.vectors);
      zeroTile(k, tile);
      sumOverKernel(k, plan.shape, tile, from, column);
      storeUnits(k, plan, bound, tile, to, span);
    }),
  );
}

/** The sum over kh, kw and ic. Without dilation a row of the kernel reads neighbouring pixels: one run of kw·ic floats. */
function sumOverKernel(k: KernelBuilder, c: ConvShape, tile: Tile, src: Ptr, column: Column): void {
  const contiguous = c.dw === 1;
  const taps = contiguous ? 1 : c.kw;
  const wStep = column.stride * FLOAT_BYTES;
  const depth = { count: contiguous ? c.kw * c.ic : c.ic, xStep: FLOAT_BYTES, wStep };
  const levels = [
    { count: c.kh, strides: [c.dh * c.iw * c.ic * FLOAT_BYTES, c.kw * c.ic * wStep] },
    { count: taps, strides: [c.dw * c.ic * FLOAT_BYTES, c.ic * wStep] },
  ];
  nest(k, levels, [src, k.pointerAt('w', column.ptr)], ([x, weights]) =>
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
    const channel = v * k.lanes;
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

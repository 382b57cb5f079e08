/**
 * @file Direct convolution, NHWC data and HWIO weights: output channels are lanes, a tile holds some output pixels.
 * A fused max pooling makes the tile's pixels whole windows, so the map before pooling never reaches memory.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { convDeepColumn, isDeep } from './conv-deep.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { type FusedWindow, forBlocks, type Plan, planTiles, type TileSpan, tileRows } from './conv-tiles.ts';
import { applyEpilogue, type BoundEpilogue, bindEpilogue, type Epilogue, loadOperands } from './epilogue.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { nest, sampleLevel } from './nest.ts';
import { accumulate, makeTile, type Tile, zeroTile } from './outer-product.ts';

interface ForwardOptions {
  readonly shape: ConvShape;
  readonly target: VectorTarget;
  readonly epilogue: Epilogue | null;
  readonly window: FusedWindow | null;
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
      forColumns(
        k,
        { width: oc, limit: plan.vectors, bound },
        [weights, ...d],
        ([w, ...out], vectors, operands) => {
          if (isDeep(plan, k.lanes)) {
            convDeepColumn(k, plan, { src: s!, weights: w!, dst: out[0]!, bound: operands }, vectors);
            return;
          }
          forBlocks(k, plan, s!, out, (from, to, bh, bw) =>
            convTile(k, plan, { weights: w!, bound: operands }, from, to, { bh, bw, vectors }),
          );
        },
      );
    },
  );
  return k.finish();
}

function convTile(
  k: KernelBuilder,
  plan: Plan,
  pointers: Pointers,
  src: Ptr,
  results: readonly Ptr[],
  span: TileSpan,
): void {
  const { shape: c } = plan;
  const tile = makeTile(k, tileRows(plan, span), span.vectors);
  zeroTile(k, tile);
  sumOverKernel(k, c, tile, src, k.pointerAt('w', pointers.weights));
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

/**
 * @file Gradient of a convolution's input where strides are large and channels few: the `sw` pixels of a row that lie between two
 * steps of the window are the lanes of one vector, a *block*. Every block sums up all pixels of dy that it took part in and is
 * written once; as a convolution of dy without strides, whose kernel is the weights sorted by what is left of a tap over the strides
 * (as in Shi et al., "Is the deconvolution layer the same as a convolutional layer?", 2016).
 */

import type { KernelBuilder } from './builder.ts';
import type { ConvShape } from './conv-shape.ts';
import { FLOAT_BYTES, type Int, type Ptr } from './ir.ts';
import { bytesOf, fillZeros, inParts, nest, sampleLevel } from './nest.ts';
import { forTile, makeTile, planTile, zeroTile } from './outer-product.ts';
import { type Border, copyIntoBorder } from './pad.ts';
import { accumulateColumn } from './panel.ts';

/** Whether a block fits into a vector, and strides leave so few channels that most lanes would be empty without blocks. */
export function suitsBlocks({ dh, dw, sw, kw, ic }: ConvShape, lanes: number): boolean {
  return dh === 1 && dw === 1 && sw > 1 && kw > 1 && sw * ic <= lanes;
}

/** How dy and the weights are laid out for blocks. */
interface BlockPlan {
  /** Neighbouring pixels of dy that a block reads in each row. */
  readonly taps: number;
  /** Floats of a block, and of a row of dy with its border. */
  readonly width: number;
  readonly row: number;
  /** Zeros around dy, for the pixels that windows would read beyond it. */
  readonly border: Border;
}

function planBlocks({ ih, iw, oh, ow, ic, oc, kh, kw, sh, sw }: ConvShape): BlockPlan {
  const taps = Math.ceil(kw / sw);
  const border = {
    top: Math.ceil(kh / sh) - 1,
    bottom: Math.max(0, Math.ceil(ih / sh) - oh),
    left: taps - 1,
    right: Math.max(0, Math.ceil(iw / sw) - ow),
  };
  return { taps, width: sw * ic, row: (border.left + ow + border.right) * oc, border };
}

/** Pointers: dy [oh, ow, oc], weights [kh, kw, oc, ic], dst [ih, iw, ic]. */
export function addBlocks(
  k: KernelBuilder,
  c: ConvShape,
  [dy, weights, dst]: readonly [Ptr, Ptr, Ptr],
  samples: Int,
): void {
  const plan = planBlocks(c);
  const { top, bottom } = plan.border;
  const bordered = k.scratch('bordered', (top + c.oh + bottom) * plan.row);
  const map = { rows: c.oh, width: c.ow, channels: c.oc };
  const rows = Array.from({ length: Math.min(c.sh, c.ih) }, (_, row) => packRow(k, c, plan, weights, row));
  nest(k, [sampleLevel(samples, [c.oh * c.ow * c.oc, c.ih * c.iw * c.ic])], [dy, dst], ([grad, out]) => {
    copyIntoBorder(k, map, plan.border, grad!, bordered);
    rows.forEach((taps, row) => {
      const level = {
        count: Math.ceil((c.ih - row) / c.sh),
        strides: bytesOf(plan.row, c.sh * c.iw * c.ic),
      };
      const first = [moved(k, bordered, top * plan.row), moved(k, out!, row * c.iw * c.ic)];
      nest(k, [level], first, ([x, at]) => rowOfBlocks(k, c, plan, [x!, at!], taps));
    });
  });
}

function moved(k: KernelBuilder, ptr: Ptr, floats: number): Ptr {
  return k.pointerAt(ptr.role, ptr, floats * FLOAT_BYTES);
}

/** The taps of the kernel's rows `row`, `row + sh`, …. */
interface RowTaps {
  readonly ptr: Ptr;
  readonly count: number;
}

/**
 * Sorts the weights of these rows for blocks, [row tap, tap, oc, sw, ic], the taps in the order of dy's pixels: the last one first.
 * Taps that the kernel does not have are 0.
 */
function packRow(
  k: KernelBuilder,
  { ic, oc, kh, kw, sh, sw }: ConvShape,
  { taps, width }: BlockPlan,
  weights: Ptr,
  row: number,
): RowTaps {
  const count = Math.max(0, Math.ceil((kh - row) / sh));
  const size = count * taps * oc * width;
  const ptr = k.scratch(`taps${row}`, Math.max(1, size));
  if (kw % sw !== 0) fillZeros(k, ptr, size);
  const level = { count: oc, strides: bytesOf(ic, width) };
  for (let tap = 0; tap < count; tap++) {
    for (let x = 0; x < kw; x++) {
      const place = (tap * taps + taps - 1 - Math.floor(x / sw)) * oc * width + (x % sw) * ic;
      const from = moved(k, weights, ((row + tap * sh) * kw + x) * oc * ic);
      nest(k, [level], [from, moved(k, ptr, place)], ([w, to]) => k.store(k.load(w!, 0, ic), to!, 0, ic));
    }
  }
  return { ptr, count };
}

/** A row of the result. `dy` is at the row of dy that the first row tap reads. */
function rowOfBlocks(
  k: KernelBuilder,
  c: ConvShape,
  plan: BlockPlan,
  [dy, dst]: readonly [Ptr, Ptr],
  taps: RowTaps,
): void {
  const whole = Math.floor(c.iw / c.sw);
  const part = planTile(Math.max(1, whole), 1, k.target).rows;
  const along = { length: whole, part, strides: bytesOf(c.oc, plan.width) };
  inParts(k, along, [dy, dst], ([x, at], count) =>
    tileOfBlocks(k, c, plan, [x!, at!], { ...taps, blocks: count, floats: plan.width }),
  );
  // The last block may be cut by the edge.
  const floats = (c.iw % c.sw) * c.ic;
  if (floats === 0) return;
  const last = [moved(k, dy, whole * c.oc), moved(k, dst, whole * plan.width)] as const;
  tileOfBlocks(k, c, plan, last, { ...taps, blocks: 1, floats });
}

interface BlockTile {
  readonly ptr: Ptr;
  readonly count: number;
  readonly blocks: number;
  /** Floats of each block that are inside of the map. */
  readonly floats: number;
}

function tileOfBlocks(
  k: KernelBuilder,
  { oc }: ConvShape,
  { taps, width, row }: BlockPlan,
  [dy, dst]: readonly [Ptr, Ptr],
  { ptr, count, blocks, floats }: BlockTile,
): void {
  const offsets = Array.from({ length: blocks }, (_, block) => block * oc * FLOAT_BYTES);
  const tile = makeTile(k, offsets, [floats]);
  zeroTile(k, tile);
  const column = { stride: width, vectors: [floats] };
  const depth = { count: taps * oc, xStep: FLOAT_BYTES };
  const level = { count, strides: bytesOf(-row, taps * oc * width) };
  if (count > 0) {
    nest(k, [level], [dy, ptr], ([x, w]) => accumulateColumn(k, tile, x!, { ...column, ptr: w! }, depth));
  }
  forTile(k, tile, (acc, block, _, lanes) => k.store(acc, dst, block * width * FLOAT_BYTES, lanes));
}

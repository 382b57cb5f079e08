/**
 * @file A weights gradient strip by strip: a strip is the part of a map for which everything that the tiles read fits
 * into the first-level cache. Many input channels are copied block by block, and several columns of output channels
 * column by column, so that numbers that the tiles of a strip read again and again lie together.
 */

import type { KernelBuilder } from './builder.ts';
import { forColumns, vectorsOf } from './columns.ts';
import type { ConvShape } from './conv-shape.ts';
import { FLOAT_BYTES, type Ptr, type VectorTarget } from './ir.ts';
import { bytesOf, inParts, nest } from './nest.ts';
import { planTile } from './outer-product.ts';
import { LEAST_USES, packPanel, panelAt, panelWidth } from './panel.ts';
import {
  addWeights,
  inPlace,
  type Pixels,
  rowsInPlace,
  rowsOfBlock,
  type WeightRows,
} from './weight-tiles.ts';

/** Input channels that are copied side by side: a cache line, of which each tile reads a part. */
const BLOCK = 16;

/** Part of the first-level cache that a strip may fill. */
const CACHE_SHARE = 7 / 8;

export interface StripPlan {
  /** The most vectors of a column of output channels. */
  readonly limit: number;
  /** Rows of a strip. For a map of one row: pixels. */
  readonly strip: number;
  /** Whether input channels are copied in blocks. */
  readonly blocked: boolean;
  /** Whether columns of dy are copied. */
  readonly packed: boolean;
}

/** Where a map is, and memory for copies of its parts. */
export interface MapPointers extends StripScratch {
  readonly src: Ptr;
  readonly dy: Ptr;
  readonly dst: Ptr;
}

interface StripScratch {
  readonly block: Ptr | null;
  readonly panels: Ptr | null;
}

/**
 * The longest strips, all about equally long, that fit into the cache. For a strip the cache holds a column of dy and
 * the part of a block of src that one row of the kernel reads. The rows of the kernel are computed one after another,
 * so the parts of all rows need not fit together.
 */
export function planStrips(c: ConvShape, target: VectorTarget): StripPlan {
  const blocked = c.ic > BLOCK && c.kh * c.kw * c.oc >= LEAST_USES;
  const vectors = Math.ceil(c.oc / target.lanes);
  const channels = blocked ? BLOCK : c.ic;
  const [along, down] = [copied(c.ow, c.kw, c.sw, c.dw), copied(c.oh, c.kh, c.sh, c.dh)];
  const [length, seen, results] =
    c.oh > 1 ? [c.oh, down.perResult * along.count * channels, c.ow] : [c.ow, along.perResult * channels, 1];
  const fitting = (limit: number) => {
    const floats = seen + results * Math.min(c.oc, limit * target.lanes);
    return Math.floor((CACHE_SHARE * target.l1Bytes) / (floats * FLOAT_BYTES));
  };
  let { vectors: limit } = planTile(blocked ? BLOCK : rowsInPlace(c).offsets.length, vectors, target);
  while (limit > 1 && fitting(limit) < 1) limit--;
  const packed = vectors > limit && c.kh * c.kw * c.ic >= LEAST_USES;
  const strips = Math.ceil(length / Math.max(1, fitting(limit)));
  return { limit, strip: Math.ceil(length / strips), blocked, packed };
}

/** Memory for the copies of one strip. */
export function stripScratch(k: KernelBuilder, c: ConvShape, plan: StripPlan): StripScratch {
  const { oh, ow } = extentsOf(c, plan.strip);
  const pixels = copied(oh, c.kh, c.sh, c.dh).count * copied(ow, c.kw, c.sw, c.dw).count;
  const widthOf = (floats: number) => panelWidth(k.lanes, Math.ceil(floats / k.lanes));
  return {
    block: plan.blocked ? k.scratch('block', pixels * widthOf(BLOCK)) : null,
    panels: plan.packed ? k.scratch('panels', oh * ow * widthOf(c.oc)) : null,
  };
}

/** Adds the sums over one map. */
export function addMap(k: KernelBuilder, c: ConvShape, plan: StripPlan, at: MapPointers): void {
  const [length, ...strides] =
    c.oh > 1 ? [c.oh, ...bytesOf(c.sh * c.iw * c.ic, c.ow * c.oc)] : [c.ow, ...bytesOf(c.sw * c.ic, c.oc)];
  inParts(k, { length, part: plan.strip, strides }, [at.src, at.dy], ([src, dy], strip) =>
    addStrip(k, c, plan, { ...at, src: src!, dy: dy! }, strip),
  );
}

function addStrip(k: KernelBuilder, c: ConvShape, plan: StripPlan, at: MapPointers, strip: number): void {
  const { src, dy, dst, block, panels } = at;
  const span = { samples: null, ...extentsOf(c, strip) };
  const pixels = span.oh * span.ow;
  const columns = { width: c.oc, limit: plan.limit };
  if (panels !== null) {
    forColumns(k, { ...columns, scales: [1, pixels] }, [dy, panels], ([from, to], vectors) =>
      packPanel(k, { ptr: from!, stride: c.oc, vectors }, pixels, to!),
    );
  }
  const add = (x: Pixels, rows: WeightRows, weights: Ptr) => {
    const scales = [panels === null ? 1 : pixels, 1];
    forColumns(k, { ...columns, scales }, [panels ?? dy, weights], ([grad, column], vectors) => {
      const whole = { ptr: grad!, stride: c.oc, vectors };
      const from = panels === null ? whole : panelAt(k, grad!, vectors.length);
      addWeights(k, c, { src: x, dy: from, dst: column!, vectors }, rows, span);
    });
  };
  if (block === null) {
    add(inPlace(c, src), rowsInPlace(c), dst);
    return;
  }
  const blocks = { length: c.ic, part: BLOCK, strides: bytesOf(1, c.oc) };
  inParts(k, blocks, [src, dst], ([from, to], channels) => {
    const { copy, rows } = packBlock(k, c, from!, channels, block, span);
    add(copy, rows, to!);
  });
}

/** Copies the source pixels that a strip reads, of some input channels, to `to`. */
function packBlock(
  k: KernelBuilder,
  c: ConvShape,
  src: Ptr,
  channels: number,
  to: Ptr,
  strip: { readonly oh: number; readonly ow: number },
): { readonly copy: Pixels; readonly rows: WeightRows } {
  const [along, down] = [copied(strip.ow, c.kw, c.sw, c.dw), copied(strip.oh, c.kh, c.sh, c.dh)];
  const vectors = vectorsOf(channels, k.lanes);
  const width = panelWidth(k.lanes, vectors.length);
  const strides = bytesOf(down.step * c.iw * c.ic, along.count * width);
  nest(k, [{ count: down.count, strides }], [src, to], ([from, row]) =>
    packPanel(k, { ptr: from!, stride: along.step * c.ic, vectors }, along.count, row!),
  );
  const right = width;
  const below = along.count * width;
  return {
    copy: { ptr: to, right: along.perResult * right, down: down.perResult * below },
    rows: rowsOfBlock(c, channels, { right: c.dw * right, down: c.dh * below }),
  };
}

/** Result pixels of a strip. */
function extentsOf(c: ConvShape, strip: number): { readonly oh: number; readonly ow: number } {
  return c.oh > 1 ? { oh: strip, ow: c.ow } : { oh: 1, ow: strip };
}

/** Source pixels that are copied for a strip, along one axis. */
interface Copied {
  readonly count: number;
  /** From one copied pixel to the next, in pixels of the source. */
  readonly step: number;
  /** From a result pixel's source to the next one's, in copied pixels. */
  readonly perResult: number;
}

/**
 * The source pixels that `count` result pixels read. For a kernel of one pixel, pixels between the strides are left
 * out.
 */
function copied(count: number, kernel: number, stride: number, dilation: number): Copied {
  if (kernel === 1) return { count, step: stride, perResult: 1 };
  return { count: (count - 1) * stride + (kernel - 1) * dilation + 1, step: 1, perResult: stride };
}

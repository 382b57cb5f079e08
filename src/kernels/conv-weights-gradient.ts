/**
 * @file Gradient of a convolution's weights: output channels are lanes, rows of a tile are neighbouring weights'
 * input positions, the depth of the sum is all pixels of all samples of the chunk.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Int, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { type NestLevel, nest, sampleLevel } from './nest.ts';
import { accumulate, forTile, makeTile, planTile } from './outer-product.ts';

/** Pointers: src [ih, iw, ic], dy [oh, ow, oc], dst [kh, kw, ic, oc], which is added to. */
export function convWeightsGradientKernel({
  shape,
  target,
}: {
  shape: ConvShape;
  target: VectorTarget;
}): Kernel {
  const c = flattenPointwise(shape);
  const k = new KernelBuilder(`conv2d_weights_gradient_${convName(shape)}`, target);
  const src = k.pointer('src');
  const dy = k.pointer('dy');
  const dst = k.pointer('dst');
  const samples = k.count('samples');
  forStrips(k, c, samples, [src, dy], ([x, grad], span) => stripOfWeights(k, c, [x!, grad!, dst], span));
  return k.finish();
}

/** Pixels of dy that are summed over while a tile is in registers, and the samples, unless a loop around walks them. */
interface Span {
  readonly samples: Int | null;
  readonly oh: number;
  readonly ow: number;
}

/** Bytes of src and dy that a tile walks at most before the next tile walks the same pixels: they should stay cached. */
const STRIP_BYTES = 128 * 1024;
/** What a tile reads of a pixel of src: less than a cache line, but lines are what is read. */
const LINE_BYTES = 64;

/** Calls `body` once for small maps, all samples at a time; else sample by sample for strips of rows (or of a long row). */
function forStrips(
  k: KernelBuilder,
  c: ConvShape,
  samples: Int,
  pointers: readonly Ptr[],
  body: (pointers: readonly Ptr[], span: Span) => void,
): void {
  const sizes = [c.ih * c.iw * c.ic, c.oh * c.ow * c.oc];
  const { vectors } = tilePlan(k, c);
  const pixelBytes = LINE_BYTES + Math.min(c.oc, vectors * k.lanes) * FLOAT_BYTES;
  const strips = Math.ceil((c.oh * c.ow * pixelBytes) / STRIP_BYTES);
  if (strips === 1) {
    body(pointers, { samples, oh: c.oh, ow: c.ow });
    return;
  }
  const byRow = c.oh > 1;
  const length = byRow ? c.oh : c.ow;
  const strip = Math.ceil(length / strips);
  const strides = (byRow ? [c.sh * c.iw * c.ic, c.ow * c.oc] : [c.sw * c.ic, c.oc]).map(
    (s) => s * strip * FLOAT_BYTES,
  );
  const span = (count: number): Span => ({ samples: null, oh: byRow ? count : 1, ow: byRow ? c.ow : count });
  nest(k, [sampleLevel(samples, sizes)], pointers, (sample) => {
    const whole = Math.floor(length / strip);
    nest(k, [{ count: whole, strides }], sample, (at) => body(at, span(strip)));
    if (length % strip === 0) return;
    const rest = sample.map((ptr, i) => k.pointerAt(ptr.role, ptr, whole * strides[i]!));
    body(rest, span(length % strip));
  });
}

/** All weights, summed over a span of pixels. Pointers: src, dy, dst. */
function stripOfWeights(
  k: KernelBuilder,
  c: ConvShape,
  [src, dy, dst]: readonly [Ptr, Ptr, Ptr],
  span: Span,
): void {
  const { rows, taps } = weightRows(c);
  const plan = tilePlan(k, c);
  forColumns(k, { width: c.oc, limit: plan.vectors }, [dy, dst], ([column, first], vectors) => {
    nest(k, taps, [src, first!], ([x, out]) => {
      const tile = (start: number, count: number) => (at: readonly Ptr[]) => {
        const offsets = rows.slice(start, start + count).map((offset) => offset - rows[start]!);
        weightTile(k, c, span, [at[0]!, column!, at[1]!], offsets, vectors);
      };
      // Where neighbouring weights see neighbouring floats, all tiles but the rest are one loop.
      const even = rows.at(-1) === (rows.length - 1) * FLOAT_BYTES;
      const whole = Math.floor(rows.length / plan.rows);
      const strides = [plan.rows * FLOAT_BYTES, plan.rows * c.oc * FLOAT_BYTES];
      if (even) nest(k, [{ count: whole, strides }], [x!, out!], tile(0, plan.rows));
      for (let start = even ? whole * plan.rows : 0; start < rows.length; start += plan.rows) {
        const at = [
          k.pointerAt('src', x!, rows[start]!),
          k.pointerAt('dst', out!, start * c.oc * FLOAT_BYTES),
        ];
        tile(start, Math.min(plan.rows, rows.length - start))(at);
      }
    });
  });
}

function tilePlan(k: KernelBuilder, c: ConvShape): { rows: number; vectors: number } {
  return planTile(weightRows(c).rows.length, Math.ceil(c.oc / k.lanes), k.target);
}

/** Fewer weights than this before the output channels are written out as one list, all kernel rows together. */
const SMALL_KERNEL = 32;

/**
 * The source offsets, in bytes, of neighbouring weights, and the loops around. Without dilation the weights of a kernel
 * row see neighbouring floats of a source row; a small kernel is one list, since a short row would leave a tile too
 * small to hide the latency of its multiply-adds.
 */
function weightRows(c: ConvShape): { rows: number[]; taps: NestLevel[] } {
  const run = (length: number) => Array.from({ length }, (_, i) => i * FLOAT_BYTES);
  const bytes = (...floats: number[]) => floats.map((stride) => stride * FLOAT_BYTES);
  const down = c.dh * c.iw * c.ic;
  if (c.dw !== 1) {
    const taps = [
      { count: c.kh, strides: bytes(down, c.kw * c.ic * c.oc) },
      { count: c.kw, strides: bytes(c.dw * c.ic, c.ic * c.oc) },
    ];
    return { rows: run(c.ic), taps };
  }
  const row = run(c.kw * c.ic);
  if (c.kh * row.length > SMALL_KERNEL) {
    return { rows: row, taps: [{ count: c.kh, strides: bytes(down, c.kw * c.ic * c.oc) }] };
  }
  return {
    rows: Array.from({ length: c.kh }, (_, kh) => row.map((o) => o + kh * down * FLOAT_BYTES)).flat(),
    taps: [],
  };
}

function weightTile(
  k: KernelBuilder,
  c: ConvShape,
  span: Span,
  [src, dy, dst]: readonly [Ptr, Ptr, Ptr],
  offsets: readonly number[],
  vectors: readonly number[],
): void {
  const tile = makeTile(k, offsets, vectors);
  const step = c.oc * FLOAT_BYTES;
  forTile(k, tile, (acc, r, offset, floats) => k.loadInto(acc, dst, r * step + offset, floats));
  const levels = [
    sampleLevel(span.samples, [c.ih * c.iw * c.ic, c.oh * c.ow * c.oc]),
    { count: span.oh, strides: [c.sh * c.iw * c.ic, c.ow * c.oc].map((s) => s * FLOAT_BYTES) },
  ];
  nest(k, levels, [src, dy], ([x, grad]) =>
    accumulate(k, tile, k.pointerAt('x', x!), k.pointerAt('dy', grad!), {
      count: span.ow,
      xStep: c.sw * c.ic * FLOAT_BYTES,
      wStep: step,
    }),
  );
  forTile(k, tile, (acc, r, offset, floats) => k.store(acc, dst, r * step + offset, floats));
}

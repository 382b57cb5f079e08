/**
 * @file Gradient of a convolution's weights: output channels are lanes, rows of a tile are neighbouring weights'
 * input positions, the depth of the sum is all pixels of all samples of the chunk.
 */

import { KernelBuilder } from './builder.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Int, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { type NestLevel, nest, sampleLevel } from './nest.ts';
import { accumulate, columnBlocks, forTile, makeTile, planTile } from './outer-product.ts';

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
  const { rows, taps } = weightRows(c);
  const plan = planTile(rows.length, Math.ceil(c.oc / k.lanes), target);
  for (const { start, vectors } of columnBlocks(c.oc, k.lanes, plan.vectors)) {
    const column = k.pointerAt('dy', dy, start * FLOAT_BYTES);
    nest(k, taps, [src, k.pointerAt('dst', dst, start * FLOAT_BYTES)], ([x, out]) => {
      const tile = (first: number, count: number) => (at: readonly Ptr[]) => {
        const offsets = rows.slice(first, first + count).map((offset) => offset - rows[first]!);
        weightTile(k, c, samples, [at[0]!, column, at[1]!], offsets, vectors);
      };
      // Where neighbouring weights see neighbouring floats, all tiles but the rest are one loop.
      const even = rows.at(-1) === (rows.length - 1) * FLOAT_BYTES;
      const whole = Math.floor(rows.length / plan.rows);
      const strides = [plan.rows * FLOAT_BYTES, plan.rows * c.oc * FLOAT_BYTES];
      if (even) nest(k, [{ count: whole, strides }], [x!, out!], tile(0, plan.rows));
      for (let first = even ? whole * plan.rows : 0; first < rows.length; first += plan.rows) {
        const at = [
          k.pointerAt('src', x!, rows[first]!),
          k.pointerAt('dst', out!, first * c.oc * FLOAT_BYTES),
        ];
        tile(first, Math.min(plan.rows, rows.length - first))(at);
      }
    });
  }
  return k.finish();
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
  samples: Int,
  [src, dy, dst]: readonly [Ptr, Ptr, Ptr],
  offsets: readonly number[],
  vectors: readonly number[],
): void {
  const tile = makeTile(k, offsets, vectors);
  const step = c.oc * FLOAT_BYTES;
  forTile(k, tile, (acc, r, offset, floats) => k.loadInto(acc, dst, r * step + offset, floats));
  const levels = [
    sampleLevel(samples, [c.ih * c.iw * c.ic, c.oh * c.ow * c.oc]),
    { count: c.oh, strides: [c.sh * c.iw * c.ic, c.ow * c.oc].map((s) => s * FLOAT_BYTES) },
  ];
  nest(k, levels, [src, dy], ([x, grad]) =>
    accumulate(k, tile, k.pointerAt('x', x!), k.pointerAt('dy', grad!), {
      count: c.ow,
      xStep: c.sw * c.ic * FLOAT_BYTES,
      wStep: step,
    }),
  );
  forTile(k, tile, (acc, r, offset, floats) => k.store(acc, dst, r * step + offset, floats));
}

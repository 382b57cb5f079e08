/**
 * @file Gradient of a convolution's weights: output channels are lanes, rows of a tile are neighbouring weights'
 * input positions, the depth of the sum is all pixels of all samples of the chunk.
 */

import { KernelBuilder } from './builder.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Int, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { nest, sampleLevel } from './nest.ts';
import { accumulate, columnBlocks, forTile, makeTile, maxRows } from './outer-product.ts';

/** Vectors a tile is wide. */
const TILE_VECTORS = 2;

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
  // Without dilation the weights of one kernel row see neighbouring floats of a source row.
  const contiguous = c.dw === 1;
  const run = contiguous ? c.kw * c.ic : c.ic;
  const taps = [
    { count: c.kh, strides: [c.dh * c.iw * c.ic, c.kw * c.ic * c.oc].map((s) => s * FLOAT_BYTES) },
    { count: contiguous ? 1 : c.kw, strides: [c.dw * c.ic, c.ic * c.oc].map((s) => s * FLOAT_BYTES) },
  ];
  for (const { start, vectors } of columnBlocks(c.oc, k.lanes, TILE_VECTORS)) {
    const column = k.pointerAt('dy', dy, start * FLOAT_BYTES);
    const limit = Math.min(run, maxRows(target, vectors.length));
    nest(k, taps, [src, k.pointerAt('dst', dst, start * FLOAT_BYTES)], ([x, out]) => {
      const rows = (count: number) => (at: readonly Ptr[]) =>
        weightTile(k, c, samples, [at[0]!, column, at[1]!], count, vectors);
      const whole = Math.floor(run / limit);
      const strides = [limit * FLOAT_BYTES, limit * c.oc * FLOAT_BYTES];
      nest(k, [{ count: whole, strides }], [x!, out!], rows(limit));
      if (run % limit === 0) return;
      rows(run % limit)([x!, out!].map((ptr, i) => k.pointerAt(ptr.role, ptr, whole * strides[i]!)));
    });
  }
  return k.finish();
}

function weightTile(
  k: KernelBuilder,
  c: ConvShape,
  samples: Int,
  [src, dy, dst]: readonly [Ptr, Ptr, Ptr],
  rows: number,
  vectors: readonly number[],
): void {
  const tile = makeTile(
    k,
    Array.from({ length: rows }, (_, r) => r * FLOAT_BYTES),
    vectors,
  );
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

/**
 * @file Gradient of a convolution's input: input channels are lanes. Each kernel tap adds the products of its row of dy
 * to the input pixels it touched, for any strides and dilation, without work on pixels outside.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { fillZeros, nest, sampleLevel } from './nest.ts';
import { accumulate, forTile, makeTile, planTile } from './outer-product.ts';

/** Pointers: dy [oh, ow, oc], weights [kh, kw, oc, ic], dst [ih, iw, ic]. */
export function convInputGradientKernel({
  shape,
  target,
}: {
  shape: ConvShape;
  target: VectorTarget;
}): Kernel {
  const c = flattenPointwise(shape);
  const k = new KernelBuilder(`conv2d_input_gradient_${convName(shape)}`, target);
  const pointers = [k.pointer('dy'), k.pointer('weights'), k.pointer('dst')] as const;
  const samples = k.count('samples');
  const limit = planTile(c.ow, Math.ceil(c.ic / k.lanes), target);
  const [dy, weights, dst] = pointers;
  nest(k, [sampleLevel(samples, [c.oh * c.ow * c.oc, c.ih * c.iw * c.ic])], [dy, dst], ([grad, out]) => {
    fillZeros(k, out!, c.ih * c.iw * c.ic);
    forColumns(k, { width: c.ic, limit: limit.vectors }, [weights, out!], ([w, column], vectors) =>
      nest(k, tapLevels(c, k.lanes, limit.vectors), [grad!, w!, column!], (at) =>
        rowOfTiles(k, c, at, vectors, limit.rows),
      ),
    );
  });
  return k.finish();
}

/**
 * Loops over output rows and kernel taps; strides of dy, weights and dst. Whichever is inside is read again for each round
 * outside: a row of dy for every tap, or a tap's weights for every row. The order with the least to read again is taken.
 */
function tapLevels(c: ConvShape, lanes: number, vectors: number): { count: number; strides: number[] }[] {
  const bytes = (...floats: number[]) => floats.map((stride) => stride * FLOAT_BYTES);
  const row = { count: c.oh, strides: bytes(c.ow * c.oc, 0, c.sh * c.iw * c.ic) };
  const taps = [
    { count: c.kh, strides: bytes(0, c.kw * c.oc * c.ic, c.dh * c.iw * c.ic) },
    { count: c.kw, strides: bytes(0, c.oc * c.ic, c.dw * c.ic) },
  ];
  const weights = c.oh * c.kh * c.kw * c.oc * Math.min(c.ic, lanes * vectors);
  const dy = c.kh * c.kw * c.oh * c.ow * c.oc;
  return weights <= dy ? [row, ...taps] : [...taps, row];
}

/** One row of dy against one tap: tiles of pixels, then the rest of the row. */
function rowOfTiles(
  k: KernelBuilder,
  c: ConvShape,
  [dy, weights, dst]: readonly Ptr[],
  vectors: readonly number[],
  limit: number,
): void {
  const pixels = (from: Ptr, to: Ptr, count: number) => {
    const tile = makeTile(
      k,
      Array.from({ length: count }, (_, r) => r * c.oc * FLOAT_BYTES),
      vectors,
    );
    const step = c.sw * c.ic * FLOAT_BYTES;
    forTile(k, tile, (acc, r, offset, floats) => k.loadInto(acc, to, r * step + offset, floats));
    accumulate(k, tile, k.pointerAt('x', from), k.pointerAt('w', weights!), {
      count: c.oc,
      xStep: FLOAT_BYTES,
      wStep: c.ic * FLOAT_BYTES,
    });
    forTile(k, tile, (acc, r, offset, floats) => k.store(acc, to, r * step + offset, floats));
  };
  const whole = Math.floor(c.ow / limit);
  const strides = [limit * c.oc * FLOAT_BYTES, limit * c.sw * c.ic * FLOAT_BYTES];
  nest(k, [{ count: whole, strides }], [dy!, dst!], ([from, to]) => pixels(from!, to!, limit));
  const rest = c.ow % limit;
  if (rest === 0) return;
  pixels(k.pointerAt('dy', dy!, whole * strides[0]!), k.pointerAt('dst', dst!, whole * strides[1]!), rest);
}

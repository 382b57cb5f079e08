/**
 * @file Gradient of a convolution's input: input channels are lanes. Each kernel tap adds the products of its row of dy
 * to the input pixels it touched, for any strides and dilation, without work on pixels outside.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { fillZeros, type NestLevel, nest, sampleLevel } from './nest.ts';
import { accumulate, forTile, makeTile, planTile } from './outer-product.ts';
import { type Column, packPanel, panelWidth, paysToPack } from './panel.ts';

/** Pointers: dy [oh, ow, oc], weights [kh, kw, oc, ic], dst [ih, iw, ic]; scratch. */
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
  const rows = c.kh * c.kw * c.oc;
  const packs = paysToPack(target, { rows, width: c.ic, vectors: limit.vectors, reads: c.oh * c.ow });
  const panel = packs ? k.scratch('panel', rows * panelWidth(k.lanes, limit.vectors)) : null;
  const size = c.ih * c.iw * c.ic;
  const level = sampleLevel(samples, [c.oh * c.ow * c.oc, size]);
  const once: NestLevel = { ...level, count: 1 };
  nest(k, [sampleLevel(samples, [size])], [dst], ([out]) => fillZeros(k, out!, size));
  // A panel is made once for all samples; weights that are read in place come round for each sample's dy.
  nest(k, [packs ? once : level], [dy, dst], ([grad, out]) =>
    forColumns(k, { width: c.ic, limit: limit.vectors }, [weights, out!], ([w, first], vectors) => {
      const inPlace = { ptr: w!, stride: c.ic, vectors };
      const column = panel === null ? inPlace : packPanel(k, inPlace, rows, panel);
      nest(k, [packs ? level : once], [grad!, first!], ([from, to]) =>
        nest(k, tapLevels(c, column, k.lanes), [from!, column.ptr, to!], ([x, tap, at]) =>
          rowOfTiles(k, c, [x!, at!], { ...column, ptr: tap! }, vectors, limit.rows),
        ),
      );
    }),
  );
  return k.finish();
}

/**
 * Loops over output rows and kernel taps; strides of dy, weights and dst. Whichever is inside is read again for each round
 * outside: a row of dy for every tap, or a tap's weights for every row. The order with the least to read again is taken.
 */
function tapLevels(c: ConvShape, { stride, vectors }: Column, lanes: number): NestLevel[] {
  const bytes = (...floats: number[]) => floats.map((stride) => stride * FLOAT_BYTES);
  const row = { count: c.oh, strides: bytes(c.ow * c.oc, 0, c.sh * c.iw * c.ic) };
  const taps = [
    { count: c.kh, strides: bytes(0, c.kw * c.oc * stride, c.dh * c.iw * c.ic) },
    { count: c.kw, strides: bytes(0, c.oc * stride, c.dw * c.ic) },
  ];
  const weights = c.oh * c.kh * c.kw * c.oc * Math.min(c.ic, lanes * vectors.length);
  const dy = c.kh * c.kw * c.oh * c.ow * c.oc;
  return weights <= dy ? [row, ...taps] : [...taps, row];
}

/** One row of dy against one tap's weights: tiles of pixels, then the rest of the row. */
function rowOfTiles(
  k: KernelBuilder,
  c: ConvShape,
  [dy, dst]: readonly [Ptr, Ptr],
  weights: Column,
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
    const sum = { ...tile, vectors: weights.vectors };
    accumulate(k, sum, k.pointerAt('x', from), k.pointerAt('w', weights.ptr), {
      count: c.oc,
      xStep: FLOAT_BYTES,
      wStep: weights.stride * FLOAT_BYTES,
    });
    forTile(k, tile, (acc, r, offset, floats) => k.store(acc, to, r * step + offset, floats));
  };
  const whole = Math.floor(c.ow / limit);
  const strides = [limit * c.oc * FLOAT_BYTES, limit * c.sw * c.ic * FLOAT_BYTES];
  nest(k, [{ count: whole, strides }], [dy, dst], ([from, to]) => pixels(from!, to!, limit));
  const rest = c.ow % limit;
  if (rest === 0) return;
  pixels(k.pointerAt('dy', dy, whole * strides[0]!), k.pointerAt('dst', dst, whole * strides[1]!), rest);
}

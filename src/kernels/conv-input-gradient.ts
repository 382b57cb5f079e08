/**
 * @file Gradient of a convolution's input: input channels are lanes. Each kernel tap adds the products of its row of dy
 * to the input pixels it touched, for any strides and dilation, without work on pixels outside.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { addBlocks, suitsBlocks } from './conv-block-gradient.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { bytesOf, fillZeros, inParts, type NestLevel, nest, sampleLevel } from './nest.ts';
import { addToTile, makeTile, planTile } from './outer-product.ts';
import { accumulateColumn, type Column, walkColumns } from './panel.ts';

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
  const size = c.ih * c.iw * c.ic;
  const matrix = { rows, width: c.ic, vectors: limit.vectors, uses: c.oh * c.ow };
  if (suitsBlocks(c, k.lanes)) {
    addBlocks(k, c, pointers, samples);
    return k.finish();
  }
  const walk = walkColumns(k, matrix, sampleLevel(samples, [c.oh * c.ow * c.oc, size]));
  nest(k, [sampleLevel(samples, [size])], [dst], ([out]) => fillZeros(k, out!, size));
  nest(k, [walk.around], [dy, dst], ([grad, out]) =>
    forColumns(k, { width: c.ic, limit: limit.vectors }, [weights, out!], ([w, first], vectors) => {
      const column = walk.pack({ ptr: w!, stride: c.ic, vectors }, rows);
      nest(k, [walk.inside], [grad!, first!], ([from, to]) =>
        nest(k, tapLevels(c, column, k.lanes), [from!, column.ptr, to!], ([x, tap, at]) =>
          rowOfTiles(k, c, [x!, at!], { ...column, ptr: tap! }, vectors, limit.rows),
        ),
      );
    }),
  );
  return k.finish();
}

/**
 * Loops over output rows and kernel taps, with the strides of dy, weights and dst. The operand of the inner loop is
 * read again in each round of the outer loop: a row of dy for every tap, or a tap's weights for every row. The order
 * that reads less again is taken.
 */
function tapLevels(c: ConvShape, { stride, vectors }: Column, lanes: number): NestLevel[] {
  const row = { count: c.oh, strides: bytesOf(c.ow * c.oc, 0, c.sh * c.iw * c.ic) };
  const taps = [
    { count: c.kh, strides: bytesOf(0, c.kw * c.oc * stride, c.dh * c.iw * c.ic) },
    { count: c.kw, strides: bytesOf(0, c.oc * stride, c.dw * c.ic) },
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
  const step = c.sw * c.ic * FLOAT_BYTES;
  const strides = bytesOf(c.oc, c.sw * c.ic);
  inParts(k, { length: c.ow, part: limit, strides }, [dy, dst], ([from, to], count) => {
    const rows = Array.from({ length: count }, (_, r) => r * c.oc * FLOAT_BYTES);
    const tile = makeTile(k, rows, vectors);
    addToTile(
      k,
      tile,
      to!,
      (row) => row * step,
      () => accumulateColumn(k, tile, from!, weights, { count: c.oc, xStep: FLOAT_BYTES }),
    );
  });
}

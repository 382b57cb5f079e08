/**
 * @file Gradient of a convolution's input: input channels are lanes. Each kernel tap adds the products of its row of dy
 * to the input pixels it touched, for any strides and dilation, without work on pixels outside.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import { FLOAT_BYTES, type Int, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
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
  if (joinsTaps(c, k.lanes)) {
    addJoinedTaps(k, c, pointers, samples, planTile(c.ow, 1, target).rows);
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
 * Whether as many neighbouring taps as the strides' width are done as one: their results lie beside each other, without those of
 * the next pixel in between, and few channels leave most lanes empty.
 */
function joinsTaps({ dw, sw, kw, ic }: ConvShape, lanes: number): boolean {
  return dw === 1 && sw > 1 && kw > 1 && Math.min(sw, kw) * ic <= lanes;
}

/** The gradient with joined taps. Their weights are copied beside each other first: to [kh, oc, kw, ic]. */
function addJoinedTaps(
  k: KernelBuilder,
  c: ConvShape,
  [dy, weights, dst]: readonly [Ptr, Ptr, Ptr],
  samples: Int,
  limit: number,
): void {
  const width = c.kw * c.ic;
  const joined = k.scratch('taps', c.kh * c.oc * width);
  const copies = [
    { count: c.kh, strides: bytesOf(c.kw * c.oc * c.ic, c.oc * width) },
    { count: c.kw, strides: bytesOf(c.oc * c.ic, c.ic) },
    { count: c.oc, strides: bytesOf(c.ic, width) },
  ];
  nest(k, copies, [weights, joined], ([from, to]) => k.store(k.load(from!, 0, c.ic), to!, 0, c.ic));
  const size = c.ih * c.iw * c.ic;
  const levels = [
    { count: c.oh, strides: bytesOf(c.ow * c.oc, 0, c.sh * c.iw * c.ic) },
    { count: c.kh, strides: bytesOf(0, c.oc * width, c.dh * c.iw * c.ic) },
  ];
  nest(k, [sampleLevel(samples, [c.oh * c.ow * c.oc, size])], [dy, dst], ([grad, out]) => {
    fillZeros(k, out!, size);
    for (let tap = 0; tap < c.kw; tap += c.sw) {
      const offset = tap * c.ic * FLOAT_BYTES;
      const vectors = [Math.min(c.sw, c.kw - tap) * c.ic];
      const first = [grad!, k.pointerAt('taps', joined, offset), k.pointerAt('dst', out!, offset)];
      nest(k, levels, first, ([x, ptr, at]) =>
        rowOfTiles(k, c, [x!, at!], { ptr: ptr!, stride: width, vectors }, vectors, limit),
      );
    }
  });
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

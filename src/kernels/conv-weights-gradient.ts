/**
 * @file Gradient of a convolution's weights: output channels are lanes, rows of a tile are neighbouring weights' input
 * positions. The sum is over all pixels: over all samples of the chunk at once where maps are small, else over one
 * strip of a map at a time.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { type ConvShape, convName, flattenPointwise } from './conv-shape.ts';
import type { Kernel, VectorTarget } from './ir.ts';
import { nest, sampleLevel } from './nest.ts';
import { planTile } from './outer-product.ts';
import { addMap, planStrips, stripScratch } from './weight-strips.ts';
import { addWeights, inPlace, rowsInPlace } from './weight-tiles.ts';

/**
 * The fewest pixels for which a map is summed alone: with fewer, loading and storing the tile would take too large a
 * part of the time.
 */
const SMALL_MAP = 32;

/** Pointers: src [ih, iw, ic], dy [oh, ow, oc], dst [kh, kw, ic, oc], which is added to; scratch. */
export function convWeightsGradientKernel({
  shape,
  target,
}: {
  shape: ConvShape;
  target: VectorTarget;
}): Kernel {
  const c = flattenPointwise(shape);
  const k = new KernelBuilder(`conv2d_weights_gradient_${convName(shape)}`, target);
  const [src, dy, dst] = [k.pointer('src'), k.pointer('dy'), k.pointer('dst')];
  const samples = k.count('samples');
  if (c.oh * c.ow < SMALL_MAP) {
    const rows = rowsInPlace(c);
    const { vectors: limit } = planTile(rows.offsets.length, Math.ceil(c.oc / k.lanes), target);
    forColumns(k, { width: c.oc, limit }, [dy, dst], ([grad, column], vectors) => {
      const from = { src: inPlace(c, src), dy: { ptr: grad!, stride: c.oc, vectors } };
      addWeights(k, c, { ...from, dst: column!, vectors }, rows, { samples, oh: c.oh, ow: c.ow });
    });
    return k.finish();
  }
  const plan = planStrips(c, target);
  const scratch = stripScratch(k, c, plan);
  const sizes = [c.ih * c.iw * c.ic, c.oh * c.ow * c.oc];
  nest(k, [sampleLevel(samples, sizes)], [src, dy], ([x, grad]) =>
    addMap(k, c, plan, { ...scratch, src: x!, dy: grad!, dst }),
  );
  return k.finish();
}

/**
 * @file Gradient of the transformed weights of Winograd's convolution: for each of the 16 points, the products of the
 * source's transformed patches with the transformed gradients, summed over the patches.
 */

import { KernelBuilder } from './builder.ts';
import { forColumns } from './columns.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { bytesOf, forVectors, inParts, nest, sampleLevel } from './nest.ts';
import { accumulate, addToTile, makeTile, planTile } from './outer-product.ts';
import {
  type Block,
  forBlocks,
  forPatches,
  patchesOf,
  storePoint,
  storeSourcePoints,
} from './winograd-blocks.ts';
import { PATCH_RESULTS, POINTS, planPatches, type WinogradShape, winogradName } from './winograd-patches.ts';
import { transformGradient } from './winograd-transforms.ts';

/** Pointers: src, dy, dst [16, ic, oc], which is added to; scratch. */
export function winogradWeightsGradientKernel({
  shape,
  target,
}: {
  readonly shape: WinogradShape;
  readonly target: VectorTarget;
}): Kernel {
  const k = new KernelBuilder(`winograd_weights_gradient_${winogradName(shape)}`, target);
  const [src, dy, dst] = [k.pointer('src'), k.pointer('dy'), k.pointer('dst')];
  const samples = k.count('samples');
  const { rows, columns, ic, oc } = shape;
  const plan = planPatches(shape, target, false);
  const points = k.scratch('points', POINTS * plan.blockPatches * ic);
  const gradients = k.scratch('gradients', POINTS * plan.blockPatches * oc);
  const step = { right: PATCH_RESULTS * oc, down: PATCH_RESULTS * columns.output * oc };
  const sizes = [rows.input * columns.input * ic, rows.output * columns.output * oc];
  nest(k, [sampleLevel(samples, sizes)], [src, dy], ([s, d]) =>
    forBlocks(k, shape, plan, [s!, d!], [step], (block, from, [grad]) => {
      storeSourcePoints(k, shape, block, from, points);
      storeGradientPoints(k, shape, block, grad!, gradients);
      addProducts(k, shape, patchesOf(block), { points, gradients, dst });
    }),
  );
  return k.finish();
}

/** Writes the transformed gradients of a block to `points` [16, patches, oc]. */
function storeGradientPoints(
  k: KernelBuilder,
  { columns: { output: width }, oc }: WinogradShape,
  block: Block,
  dy: Ptr,
  points: Ptr,
): void {
  const steps = [
    { right: PATCH_RESULTS * oc, down: PATCH_RESULTS * width * oc },
    { right: oc, down: block.right.patches * oc },
  ];
  const toPoint = patchesOf(block) * oc * FLOAT_BYTES;
  forPatches(k, block, [dy, points], steps, ([from, to], rows, columns) => {
    const [d, p] = [k.pointerAt('dy', from!), k.pointerAt('points', to!)];
    forVectors(k, oc, [d, p], (count) => {
      const read = (row: number, column: number) =>
        row < rows.results && column < columns.results
          ? k.load(d, (row * width + column) * oc * FLOAT_BYTES, count)
          : null;
      transformGradient(k, read, storePoint(k, p, toPoint, count));
    });
  });
}

/** dst[16, ic, oc] += pointsᵀ[16, ic, patches] · gradients[16, patches, oc], for each of the 16 points. */
function addProducts(
  k: KernelBuilder,
  { ic, oc }: WinogradShape,
  patches: number,
  pointers: { readonly points: Ptr; readonly gradients: Ptr; readonly dst: Ptr },
): void {
  const plan = planTile(ic, Math.ceil(oc / k.lanes), k.target);
  const level = { count: POINTS, strides: bytesOf(patches * ic, patches * oc, ic * oc) };
  const depth = { count: patches, xStep: ic * FLOAT_BYTES, wStep: oc * FLOAT_BYTES };
  nest(k, [level], [pointers.points, pointers.gradients, pointers.dst], ([x, g, y]) =>
    forColumns(k, { width: oc, limit: plan.vectors }, [g!, y!], ([column, out], vectors) => {
      const walk = { length: ic, part: plan.rows, strides: bytesOf(1, oc) };
      inParts(k, walk, [x!, out!], ([from, to], count) => {
        const rows = Array.from({ length: count }, (_, r) => r * FLOAT_BYTES);
        const tile = makeTile(k, rows, vectors);
        const place = (row: number) => row * oc * FLOAT_BYTES;
        addToTile(k, tile, to!, place, () =>
          accumulate(k, tile, k.pointerAt('x', from!), k.pointerAt('g', column!), depth),
        );
      });
    }),
  );
}

/** @file 3 × 3 weights as Winograd's convolution reads them, and back. */

import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type VectorTarget } from './ir.ts';
import { bytesOf, forVectors, nest } from './nest.ts';
import { PATCH_PIXELS } from './winograd-patches.ts';
import { transformWeights, transformWeightsBack } from './winograd-transforms.ts';

interface WeightsOptions {
  readonly ic: number;
  readonly oc: number;
  readonly target: VectorTarget;
}

const KERNEL = 3;

/** Pointers: weights [3, 3, ic, oc], dst [16, ic, oc]. */
export function winogradWeightsKernel({ ic, oc, target }: WeightsOptions): Kernel {
  return transformed(new KernelBuilder(`winograd_weights_${ic}x${oc}`, target), ic * oc, 'to points');
}

/** Pointers: src [16, ic, oc], dst [3, 3, ic, oc]. */
export function winogradWeightsBackKernel({ ic, oc, target }: WeightsOptions): Kernel {
  return transformed(new KernelBuilder(`winograd_weights_back_${ic}x${oc}`, target), ic * oc, 'to weights');
}

function transformed(k: KernelBuilder, floats: number, direction: 'to points' | 'to weights'): Kernel {
  const pointers = [k.pointer('src'), k.pointer('dst')] as const;
  const toPoints = direction === 'to points';
  const [from, to] = toPoints ? [KERNEL, PATCH_PIXELS] : [PATCH_PIXELS, KERNEL];
  const [src, dst] = pointers.map((ptr) => k.pointerAt(ptr.role, ptr)) as [Ptr, Ptr];
  forVectors(k, floats, [src, dst], (count) => {
    const place = (side: number) => (row: number, column: number) =>
      (side * row + column) * floats * FLOAT_BYTES;
    (toPoints ? transformWeights : transformWeightsBack)(
      k,
      (row, column) => k.load(src, place(from)(row, column), count),
      (row, column, value) => k.store(value!, dst, place(to)(row, column), count),
    );
  });
  return k.finish();
}

/** The points of the mirrored kernel: mirroring exchanges the first and the last point along each axis. */
export function mirroredPoint(point: number): number {
  return [3, 1, 2, 0][point]!;
}

/** Pointers: src [16, ic, oc], dst [16, oc, ic]: the weights of the mirrored kernel with its channels exchanged. */
export function winogradMirroredKernel({ ic, oc, target }: WeightsOptions): Kernel {
  const k = new KernelBuilder(`winograd_mirrored_${ic}x${oc}`, target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  for (let row = 0; row < PATCH_PIXELS; row++) {
    for (let column = 0; column < PATCH_PIXELS; column++) {
      const from = (PATCH_PIXELS * row + column) * ic * oc * FLOAT_BYTES;
      const to = (PATCH_PIXELS * mirroredPoint(row) + mirroredPoint(column)) * ic * oc * FLOAT_BYTES;
      // Far reads cost less than far writes.
      const levels = [
        { count: oc, strides: bytesOf(1, ic) },
        { count: ic, strides: bytesOf(oc, 1) },
      ];
      nest(k, levels, [k.pointerAt('src', src, from), k.pointerAt('dst', dst, to)], ([s, d]) =>
        k.store(k.broadcast(s!), d!, 0, 1),
      );
    }
  }
  return k.finish();
}

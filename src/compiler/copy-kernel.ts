/** @file A flat copy of a slice. */

import { KernelBuilder } from '../kernels/builder.ts';
import { FLOAT_BYTES, type Kernel, type VectorTarget } from '../kernels/ir.ts';

/** Pointers: src, dst. One count: elements. */
export function copyKernel(target: VectorTarget): Kernel {
  const k = new KernelBuilder('copy', target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const elements = k.count('elements');
  const bumps = (count: number) => [src, dst].map((ptr) => ({ ptr, bytes: count * FLOAT_BYTES }));
  const step = (count: number) => () => k.store(k.load(src, 0, count), dst, 0, count);
  k.loop({ int: elements, op: 'div', by: k.lanes }, bumps(k.lanes), step(k.lanes));
  k.loop({ int: elements, op: 'mod', by: k.lanes }, bumps(1), step(1));
  return k.finish();
}

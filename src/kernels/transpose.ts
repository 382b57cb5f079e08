/** @file Permuted copies. Where the innermost axis stays, rows move as vectors; else element by element. */

import { isBatched, type Shape, sampleShape, sizeOf } from '../base/shape.ts';
import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type VectorTarget } from './ir.ts';
import { forVectors, nest, sampleLevel } from './nest.ts';

/** Pointers: src, dst. */
export function transposeKernel(options: {
  shape: Shape;
  perm: readonly number[];
  target: VectorTarget;
}): Kernel {
  const { shape, target } = options;
  const batched = isBatched(shape);
  const dims = sampleShape(shape);
  const perm = batched ? options.perm.slice(1).map((axis) => axis - 1) : options.perm;
  const k = new KernelBuilder(`transpose_${dims.join('x')}_${perm.join('')}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const size = sizeOf(dims);
  const stride = (list: readonly number[], axis: number): number => sizeOf(list.slice(axis + 1));
  const result = perm.map((axis) => dims[axis]!);
  const rowsMove = perm.at(-1) === dims.length - 1;
  const axes = perm.map((axis, i) => ({
    count: dims[axis]!,
    strides: [stride(dims, axis) * FLOAT_BYTES, stride(result, i) * FLOAT_BYTES],
  }));
  const levels = [sampleLevel(samples, [size, size]), ...(rowsMove ? axes.slice(0, -1) : axes)];
  nest(k, levels, [src, dst], ([s, d]) => {
    if (!rowsMove) {
      k.store(k.broadcast(s!), d!, 0, 1);
      return;
    }
    const from = k.pointerAt('from', s!);
    const to = k.pointerAt('to', d!);
    forVectors(k, result.at(-1)!, [from, to], (count) => k.store(k.load(from, 0, count), to, 0, count));
  });
  return k.finish();
}

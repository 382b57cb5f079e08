/** @file Index of the first maximum of each row. */

import { isBatched, type Shape } from '../base/shape.ts';
import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type VectorTarget } from './ir.ts';
import { nest, sampleLevel } from './nest.ts';

/** Pointers: src (rows of `width`), dst (one float for each row). Rows are per sample when `shape` is batched. */
export function argMaxKernel(options: {
  rows: number;
  width: number;
  shape: Shape;
  target: VectorTarget;
}): Kernel {
  const { rows, width, shape, target } = options;
  const k = new KernelBuilder(`argmax_${rows}x${width}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const samples = isBatched(shape) ? k.count('samples') : null;
  const levels = [
    sampleLevel(samples, [rows * width, rows]),
    { count: rows, strides: [width * FLOAT_BYTES, FLOAT_BYTES] },
  ];
  nest(k, levels, [src, dst], ([s, d]) => {
    const best = k.broadcast(s!, 0, 'best');
    const place = k.constant(0, 'place');
    const index = k.constant(1, 'index');
    const one = k.constant(1);
    const p = k.pointerAt('row', s!, FLOAT_BYTES);
    k.loop(width - 1, [{ ptr: p, bytes: FLOAT_BYTES }], () => {
      const value = k.broadcast(p);
      const better = k.compare('less', best, value);
      k.selectInto(best, better, value, best);
      k.selectInto(place, better, index, place);
      k.binaryInto('add', index, index, one);
    });
    k.store(place, d!, 0, 1);
  });
  return k.finish();
}

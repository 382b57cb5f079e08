/** @file Softmax of rows, and its cross-entropy. */

import { isBatched, type Shape } from '../base/shape.ts';
import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { exp } from './math/exp.ts';
import { log } from './math/log.ts';
import { forVectors, nest, sampleLevel } from './nest.ts';

interface RowOptions {
  /** Rows per sample (of a batched `shape`) or in all, each of `width` floats. */
  readonly rows: number;
  readonly width: number;
  readonly shape: Shape;
  readonly target: VectorTarget;
}

/** The row's largest number in every lane. */
function rowMaximum(k: KernelBuilder, src: Ptr, width: number): Vec {
  const top = k.broadcast(src, 0, 'top');
  const p = k.pointerAt('row', src);
  k.loop(Math.floor(width / k.lanes), [{ ptr: p, bytes: k.lanes * FLOAT_BYTES }], () =>
    k.binaryInto('max', top, top, k.load(p)),
  );
  // A partial load fills the other lanes with 0, which may be above the maximum. So the last elements are taken one by
  // one.
  for (let i = 0; i < width % k.lanes; i++) k.binaryInto('max', top, top, k.broadcast(p, i * FLOAT_BYTES));
  return k.unary('maxLanes', top);
}

/** 1 in the first `count` lanes, 0 in the others. */
function laneWeights(k: KernelBuilder, count: number): Vec {
  return k.select(k.compare('less', k.iota(), k.constant(count)), k.constant(1), k.constant(0));
}

/** Pointers: src, dst. */
export function softmaxKernel({ rows, width, shape, target }: RowOptions): Kernel {
  const k = new KernelBuilder(`softmax_${rows}x${width}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const samples = isBatched(shape) ? k.count('samples') : null;
  const stride = width * FLOAT_BYTES;
  nest(
    k,
    [sampleLevel(samples, [rows * width, rows * width]), { count: rows, strides: [stride, stride] }],
    [src, dst],
    ([s, d]) => {
      const top = rowMaximum(k, s!, width);
      const total = k.constant(0, 'total');
      const from = k.pointerAt('from', s!);
      const to = k.pointerAt('to', d!);
      forVectors(k, width, [from, to], (count) => {
        const e = exp(k, k.sub(k.load(from, 0, count), top));
        k.store(e, to, 0, count);
        k.binaryInto('add', total, total, count === k.lanes ? e : k.mul(e, laneWeights(k, count)));
      });
      const scale = k.div(k.constant(1), k.unary('sumLanes', total));
      const out = k.pointerAt('out', d!);
      forVectors(k, width, [out], (count) => k.store(k.mul(k.load(out, 0, count), scale), out, 0, count));
    },
  );
  return k.finish();
}

/** Pointers: labels, logits, dst (one float for each row): Σ labels · (log Σ e^logit - logit). */
export function softmaxCrossEntropyKernel({ rows, width, shape, target }: RowOptions): Kernel {
  const k = new KernelBuilder(`softmax_cross_entropy_${rows}x${width}`, target);
  const pointers = [k.pointer('labels'), k.pointer('logits'), k.pointer('dst')];
  const samples = isBatched(shape) ? k.count('samples') : null;
  const stride = width * FLOAT_BYTES;
  const levels = [
    sampleLevel(samples, [rows * width, rows * width, rows]),
    { count: rows, strides: [stride, stride, FLOAT_BYTES] },
  ];
  nest(k, levels, pointers, ([labels, logits, d]) => {
    const top = rowMaximum(k, logits!, width);
    const total = k.constant(0, 'total');
    const from = k.pointerAt('from', logits!);
    forVectors(k, width, [from], (count) => {
      const e = exp(k, k.sub(k.load(from, 0, count), top));
      k.binaryInto('add', total, total, count === k.lanes ? e : k.mul(e, laneWeights(k, count)));
    });
    const logTotal = log(k, k.unary('sumLanes', total));
    const loss = k.constant(0, 'loss');
    const zero = k.constant(0);
    const x = k.pointerAt('logits', logits!);
    const y = k.pointerAt('labels', labels!);
    forVectors(k, width, [x, y], (count) => {
      const label = k.load(y, 0, count);
      const surprise = k.sub(logTotal, k.sub(k.load(x, 0, count), top));
      // A label of 0 adds 0, even where log Σ e^logit - logit is infinite.
      const term = k.select(k.compare('equal', label, zero), zero, k.mul(label, surprise));
      k.binaryInto('add', loss, loss, term);
    });
    k.store(k.unary('sumLanes', loss), d!, 0, 1);
  });
  return k.finish();
}

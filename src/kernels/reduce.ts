/** @file Sums and maxima over axes of a contiguous value. */

import { isBatched, type Shape, sampleShape } from '../base/shape.ts';
import { KernelBuilder } from './builder.ts';
import { FLOAT_BYTES, type Kernel, type Ptr, type Vec, type VectorTarget } from './ir.ts';
import { forVectors, type NestLevel, nest, sampleLevel } from './nest.ts';

interface Axis {
  readonly size: number;
  readonly reduced: boolean;
  /** In floats; 0 in dst for a reduced axis. */
  readonly src: number;
  readonly dst: number;
}

interface Reduction {
  readonly k: KernelBuilder;
  readonly kind: 'sum' | 'max';
  /** The sample loop, when samples are reduced too: then dst is added to. */
  readonly accumulate: NestLevel | null;
  readonly reduced: readonly NestLevel[];
  readonly inner: Axis;
}

/** Neighbouring axes that are treated alike become one; extents of 1 vanish. Innermost last. */
function collapse(dims: readonly number[], isReduced: readonly boolean[]): Axis[] {
  const merged: { size: number; reduced: boolean }[] = [];
  dims.forEach((size, axis) => {
    const last = merged.at(-1);
    if (size === 1) return;
    if (last !== undefined && last.reduced === isReduced[axis]) last.size *= size;
    else merged.push({ size, reduced: isReduced[axis]! });
  });
  if (merged.length === 0) merged.push({ size: 1, reduced: false });
  let src = 1;
  let dst = 1;
  return merged
    .reverse()
    .map(({ size, reduced }) => {
      const axis = { size, reduced, src, dst: reduced ? 0 : dst };
      src *= size;
      if (!reduced) dst *= size;
      return axis;
    })
    .reverse();
}

/** Pointers: src, dst. A sum over the batch adds to dst. */
export function reduceKernel(options: {
  kind: 'sum' | 'max';
  shape: Shape;
  axes: readonly number[];
  target: VectorTarget;
}): Kernel {
  const { kind, shape, axes, target } = options;
  const batched = isBatched(shape);
  const dims = sampleShape(shape);
  const k = new KernelBuilder(`${kind}_${dims.join('x')}_axes${axes.join('')}`, target);
  const src = k.pointer('src');
  const dst = k.pointer('dst');
  const samples = batched ? k.count('samples') : null;
  const list = collapse(
    dims,
    dims.map((_, axis) => axes.includes(batched ? axis + 1 : axis)),
  );
  const inner = list.at(-1)!;
  const outer = list.slice(0, -1);
  const level = (axis: Axis, strides: readonly number[]): NestLevel => ({
    count: axis.size,
    strides: strides.map((s) => s * FLOAT_BYTES),
  });
  const sampleStride = list.reduce((product, axis) => product * axis.size, 1);
  const dstSize = list.reduce((product, axis) => product * (axis.reduced ? 1 : axis.size), 1);
  const accumulating = batched && axes.includes(0);
  const reduction: Reduction = {
    k,
    kind,
    accumulate: accumulating ? sampleLevel(samples, [sampleStride]) : null,
    reduced: outer.filter((axis) => axis.reduced).map((axis) => level(axis, [axis.src])),
    inner,
  };
  const kept = [
    ...(accumulating ? [] : [sampleLevel(samples, [sampleStride, dstSize])]),
    ...outer.filter((axis) => !axis.reduced).map((axis) => level(axis, [axis.src, axis.dst])),
  ];
  nest(k, kept, [src, dst], ([s, d]) =>
    inner.reduced ? reduceRow(reduction, s!, d!) : reduceColumns(reduction, s!, d!),
  );
  return k.finish();
}

function combineInto({ k, kind }: Reduction, acc: Vec, value: Vec): void {
  k.binaryInto(kind === 'sum' ? 'add' : 'max', acc, acc, value);
}

function start({ k, kind }: Reduction): Vec {
  return k.constant(kind === 'sum' ? 0 : Number.NEGATIVE_INFINITY, 'acc');
}

function finish({ k, accumulate }: Reduction, acc: Vec, dst: Ptr, offset: number, count: number): void {
  k.store(accumulate === null ? acc : k.add(k.load(dst, offset, count), acc), dst, offset, count);
}

/** Elements that are reduced without a loop, at most. */
const MOST_UNROLLED = 16;

/** The places in bytes of all elements that are reduced to one; null where they are many. */
function offsetsOf(levels: readonly NestLevel[]): number[] | null {
  let offsets = [0];
  for (const { count, strides } of levels) {
    if (offsets.length * (count as number) > MOST_UNROLLED) return null;
    offsets = offsets.flatMap((at) =>
      Array.from({ length: count as number }, (_, i) => at + i * strides[0]!),
    );
  }
  return offsets;
}

/** The innermost axis stays: its elements are lanes, and reduced axes are loops around them. */
function reduceColumns(reduction: Reduction, src: Ptr, dst: Ptr): void {
  const { k, accumulate, reduced, inner } = reduction;
  const s = k.pointerAt('src', src);
  const d = k.pointerAt('dst', dst);
  forVectors(k, inner.size, [s, d], (count) => {
    const offsets = accumulate === null ? offsetsOf(reduced) : null;
    const acc = offsets === null ? start(reduction) : k.load(s, offsets[0], count);
    if (offsets === null) {
      nest(k, [...(accumulate === null ? [] : [accumulate]), ...reduced], [s], ([p]) =>
        combineInto(reduction, acc, k.load(p!, 0, count)),
      );
    } else for (const offset of offsets.slice(1)) combineInto(reduction, acc, k.load(s, offset, count));
    finish(reduction, acc, d, 0, count);
  });
}

/** The innermost axis is reduced: lanes collect partial results, combined at the end. */
function reduceRow(reduction: Reduction, src: Ptr, dst: Ptr): void {
  const { k, kind, accumulate, reduced, inner } = reduction;
  const acc = start(reduction);
  nest(k, [...(accumulate === null ? [] : [accumulate]), ...reduced], [src], ([row]) => {
    const p = k.pointerAt('row', row!);
    const whole = Math.floor(inner.size / k.lanes);
    k.loop(whole, [{ ptr: p, bytes: k.lanes * FLOAT_BYTES }], () => combineInto(reduction, acc, k.load(p)));
    const tail = inner.size % k.lanes;
    if (tail > 0 && kind === 'sum') combineInto(reduction, acc, k.load(p, 0, tail));
    else for (let i = 0; i < tail; i++) combineInto(reduction, acc, k.broadcast(p, i * FLOAT_BYTES));
  });
  finish(reduction, k.unary(kind === 'sum' ? 'sumLanes' : 'maxLanes', acc), dst, 0, 1);
}

/** @file Kernels that read bytes, and elements at indices of their own, up to the last byte of the memory. */

import { KernelBuilder } from '../../src/kernels/builder.ts';
import { FLOAT_BYTES, type Kernel, type VectorTarget } from '../../src/kernels/ir.ts';

/** Elements behind the source pointer that the indices reach. */
const REACH = 40;

/** A kernel with the pointers src and dst, and the bytes that it reads from src on. */
export interface LaneLoads {
  readonly kernel: Kernel;
  readonly bytes: number;
}

/** Loads of bytes of every count, and gathers with indices in registers, constant, and overwritten by the result. */
export function laneLoads(target: VectorTarget): LaneLoads[] {
  const counts = Array.from({ length: target.lanes }, (_, i) => i + 1);
  const offsets = [0, -3, 200];
  return [
    ...counts.flatMap((count) => offsets.map((offset) => byteLoads(target, count, offset))),
    ...offsets.map((offset) => gathers(target, 'gatherBytes', 1, offset)),
    ...offsets.map((offset) => gathers(target, 'gather', FLOAT_BYTES, offset * FLOAT_BYTES)),
  ];
}

function byteLoads(target: VectorTarget, count: number, offset: number): LaneLoads {
  const k = new KernelBuilder(`load_bytes_${count}_${offset}`, target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  const start = k.pointerAt('start', src, -offset);
  k.store(k.loadBytes(start, offset, count), dst);
  k.store(k.unary('toFloat', k.loadBytes(start, offset, count)), dst, 256);
  return { kernel: k.finish(), bytes: count };
}

function gathers(
  target: VectorTarget,
  op: 'gather' | 'gatherBytes',
  elementBytes: number,
  offset: number,
): LaneLoads {
  const k = new KernelBuilder(`${op}_${offset}`, target);
  const [src, dst] = [k.pointer('src'), k.pointer('dst')];
  const start = k.pointerAt('start', src, -offset);
  // From the last element backwards, in steps that lead to all places of a word.
  const steps = k.unary('toInt', k.mul(k.iota(), k.constant(-2.4)));
  const index = k.intBinary('addInt', steps, k.constantInt(REACH - 1));
  k.loop(3, [{ ptr: dst, bytes: 64 }], () => {
    k.store(k[op](start, index, offset), dst);
    k.store(k[op](start, k.constantInt(REACH - 1), offset), dst, 1024);
    const overwritten = k.intBinary('addInt', index, k.constantInt(0));
    k.copyInto(overwritten, k[op](start, overwritten, offset));
    k.store(k.intBinary('addInt', overwritten, index), dst, 2048);
  });
  return { kernel: k.finish(), bytes: REACH * elementBytes };
}

/** @file Loops and pointers: down counters, steps of pointers, and counts that are known only when the kernel runs. */

import type { Bump, Count, Ptr } from '../../kernels/ir.ts';
import type { KernelFrame } from './kernel-frame.ts';
import { type Label, mem } from './operands.ts';
import { type Gpr, gpr, low32 } from './registers.ts';

export interface OpenLoop {
  readonly counter: number;
  readonly top: Label;
  readonly end: Label;
}

/** Innermost loops start on such a boundary, where the processor fetches instructions. */
const LOOP_ALIGNMENT = 32;

/** Sets the counter of the loop that begins at `item` and opens it. */
export function emitBegin(frame: KernelFrame, count: Count, item: number, innermost: boolean): OpenLoop {
  const { asm } = frame;
  const counter = frame.liveness.counters.get(item)!;
  const register = frame.register(counter);
  const loop = { counter, top: asm.label(), end: asm.label() };
  if (typeof count !== 'number') {
    const target = register ?? frame.scratchGpr();
    runtimeCount(frame, count, item, target);
    if (register === null) asm.emit('mov', frame.home(counter), target);
    asm.emit('test', low32(target), low32(target));
    asm.jump('jz', loop.end);
  } else if (register !== null) asm.emit('mov', low32(register), count);
  else asm.emit('mov', frame.home(counter, { bits: 32 }), count);
  if (innermost) asm.align(LOOP_ALIGNMENT);
  asm.bind(loop.top);
  return loop;
}

export function emitEnd(frame: KernelFrame, { counter, top, end }: OpenLoop): void {
  const register = frame.register(counter);
  if (register !== null) frame.asm.emit('dec', low32(register));
  else frame.asm.emit('dec', frame.home(counter, { bits: 32 }));
  frame.asm.jump('jnz', top);
  frame.asm.bind(end);
}

export function emitBumps(frame: KernelFrame, bumps: readonly Bump[]): void {
  for (const { ptr, bytes } of bumps) emitPointer(frame, { dst: ptr, src: ptr, bytes });
}

/** dst = src + bytes. */
export function emitPointer(
  frame: KernelFrame,
  { dst, src, bytes }: { readonly dst: Ptr; readonly src: Ptr; readonly bytes: number },
): void {
  const { asm } = frame;
  const to = frame.register(dst.id);
  const from = frame.register(src.id);
  if (to === null && dst === src) {
    if (bytes !== 0) asm.emit('add', frame.home(dst.id, { bits: 64 }), bytes);
    return;
  }
  const target = to ?? frame.scratchGpr();
  if (from === null) {
    asm.emit('mov', target, frame.home(src.id));
    if (bytes !== 0) asm.emit('add', target, bytes);
  } else if (target === from) {
    if (bytes !== 0) asm.emit('add', target, bytes);
  } else if (bytes === 0) asm.emit('mov', target, from);
  else asm.emit('lea', target, mem(from, bytes));
  if (to === null) asm.emit('mov', frame.home(dst.id), target);
}

/** target = the count; at most 2³¹ - 1. */
function runtimeCount(
  frame: KernelFrame,
  { int, op, by }: Exclude<Count, number>,
  item: number,
  target: Gpr,
): void {
  const { asm } = frame;
  const source = frame.register(int.id) ?? frame.home(int.id, { bits: 32 });
  const wide = low32(target);
  asm.emit('mov', wide, source.kind === 'gpr' ? low32(source) : source);
  if ((by & (by - 1)) === 0) {
    if (op === 'mod') asm.emit('and', wide, by - 1);
    else if (by > 1) asm.emit('shr', wide, Math.log2(by));
    return;
  }
  const quotient = gpr(frame.register(frame.temporary(item, 'quotient')!.id)!.index);
  const { factor, shift } = reciprocal(by);
  asm.emit('mov', quotient, factor);
  asm.emit('imul', quotient, target);
  asm.emit('shr', quotient, shift);
  if (op === 'div') asm.emit('mov', wide, low32(quotient));
  else {
    asm.emit('imul', low32(quotient), low32(quotient), by);
    asm.emit('sub', wide, low32(quotient));
  }
}

/**
 * `n * factor >> shift` is floor(n / by) for 0 ≤ n < 2³¹ (Granlund and Montgomery, "Division by invariant integers
 * using multiplication", PLDI 1994).
 */
function reciprocal(by: number): { factor: bigint; shift: number } {
  const extra = Math.ceil(Math.log2(by));
  return { factor: 2n ** BigInt(32 + extra) / BigInt(by) + 1n, shift: 32 + extra };
}

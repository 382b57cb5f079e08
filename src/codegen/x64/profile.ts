/** @file Time measurement inside a step: cycles of the processor's time-stamp counter, added up in a table. */

import type { Assembler } from './assembler.ts';
import { type Memory, mem } from './operands.ts';
import { eax, rax, rcx, rdx } from './registers.ts';

/** Bytes of a row of the table: cycles and calls, u64 each. */
export const PROFILE_ROW_BYTES = 16;

/** rax = the time-stamp counter. Changes rdx. */
export function readCounter(asm: Assembler): void {
  asm.emit('rdtsc');
  asm.emit('shl', rdx, 32);
  asm.emit('or', rax, rdx);
}

/** Notes the time at `started`. Changes rax and rdx. */
export function emitProfileStart(asm: Assembler, started: Memory): void {
  readCounter(asm);
  asm.emit('mov', started, rax);
}

/**
 * Adds the time since `started` to a row of the profile's table. Its address is at `tableOffset` in the table of
 * buffers. Changes rax, rcx, rdx.
 */
export function emitProfileEnd(
  asm: Assembler,
  started: Memory,
  frame: Memory,
  tableOffset: number,
  row: number,
): void {
  readCounter(asm);
  asm.emit('sub', rax, started);
  asm.emit('mov', rcx, frame);
  asm.emit('mov', rcx, mem(rcx, tableOffset));
  asm.emit('lock xadd', mem(rcx, row * PROFILE_ROW_BYTES), rax);
  asm.emit('mov', eax, 1);
  asm.emit('lock xadd', mem(rcx, row * PROFILE_ROW_BYTES + 8), rax);
}

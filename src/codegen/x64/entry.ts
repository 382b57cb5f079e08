/** @file Functions that C code may call: they keep what the system's convention says must be kept. */

import type { Assembler } from './assembler.ts';
import { mem } from './operands.ts';
import { type Gpr, r8, r9, r12, r13, r14, r15, rbp, rbx, rcx, rdi, rdx, rsi, rsp, vec } from './registers.ts';
import type { CallingConvention } from './target.ts';

/** Registers of the first four whole-number arguments. */
export const ARGUMENTS: Record<CallingConvention, readonly [Gpr, Gpr, Gpr, Gpr]> = {
  sysv: [rdi, rsi, rdx, rcx],
  win64: [rcx, rdx, r8, r9],
};

const SAVED: Record<CallingConvention, readonly Gpr[]> = {
  sysv: [rbx, rbp, r12, r13, r14, r15],
  win64: [rbx, rbp, rdi, rsi, r12, r13, r14, r15],
};

/** Vector registers that Windows wants back, the low 128 bits of them. */
const SAVED_VECTORS: Record<CallingConvention, readonly number[]> = {
  sysv: [],
  win64: [6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
};

/**
 * Appends a function. In `body` rsp is a multiple of 64 with `bytes` (or more) of the function's own from [rsp] on,
 * arguments are in `ARGUMENTS`, every other register is free, and the result goes to eax.
 */
export function emitEntry(
  asm: Assembler,
  convention: CallingConvention,
  bytes: number,
  body: () => void,
): void {
  const vectors = SAVED_VECTORS[convention];
  const saved = SAVED[convention];
  const vectorsAt = Math.ceil(bytes / 16) * 16;
  const stackAt = vectorsAt + vectors.length * 16;
  const total = Math.ceil((stackAt + 8) / 64) * 64;
  asm.align(64);
  asm.emit('endbr64');
  for (const register of saved) asm.emit('push', register);
  asm.emit('mov', rbp, rsp);
  asm.emit('and', rsp, -64);
  asm.emit('sub', rsp, total);
  asm.emit('mov', mem(rsp, stackAt), rbp);
  vectors.forEach((index, i) => asm.emit('vmovups', mem(rsp, vectorsAt + 16 * i), vec(index, 128)));
  body();
  asm.emit('vzeroupper');
  vectors.forEach((index, i) => asm.emit('vmovups', vec(index, 128), mem(rsp, vectorsAt + 16 * i)));
  asm.emit('mov', rsp, mem(rsp, stackAt));
  for (const register of [...saved].reverse()) asm.emit('pop', register);
  asm.emit('ret');
}

/** @file Small functions around programs: asking the processor what it can do, timing its multipliers. */

import { Assembler } from './assembler.ts';
import { ARGUMENTS, emitEntry } from './entry.ts';
import { mem } from './operands.ts';
import { readCounter } from './profile.ts';
import { eax, ebx, ecx, edx, low32, r8d, r9, r10, rax, rbx, vec } from './registers.ts';
import type { CallingConvention, Isa } from './target.ts';

/** `cpuid(leaf, subleaf, out)` writes eax, ebx, ecx and edx to `out`. */
export function cpuidCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [leaf, subleaf, out] = ARGUMENTS[convention];
  asm.emit('endbr64');
  asm.emit('mov', r10, out);
  asm.emit('mov', eax, low32(leaf));
  asm.emit('mov', ecx, low32(subleaf));
  asm.emit('push', rbx);
  asm.emit('cpuid');
  [eax, ebx, ecx, edx].forEach((register, i) => asm.emit('mov', mem(r10, 4 * i), register));
  asm.emit('pop', rbx);
  asm.emit('ret');
  return asm.finish();
}

/** `xgetbv(out)` writes the register state that the system saves, XCR0, to `out`: two u32. */
export function xgetbvCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [out] = ARGUMENTS[convention];
  asm.emit('endbr64');
  asm.emit('mov', r10, out);
  asm.emit('xor', ecx, ecx);
  asm.emit('xgetbv');
  asm.emit('mov', mem(r10, 0), eax);
  asm.emit('mov', mem(r10, 4), edx);
  asm.emit('ret');
  return asm.finish();
}

/** Multiply-adds of one round of `fmaProbeCode`, on accumulators enough to hide their latency. */
const PROBE_ACCUMULATORS = 12;

/** `probe(rounds)` returns the cycles of the time-stamp counter that `rounds` rounds of multiply-adds take. */
export function fmaProbeCode(isa: Isa, convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [rounds] = ARGUMENTS[convention];
  const bits = isa === 'avx512' ? 512 : 256;
  emitEntry(asm, convention, 0, () => {
    const accumulators = Array.from({ length: PROBE_ACCUMULATORS }, (_, i) => vec(i, bits));
    asm.emit('mov', r8d, low32(rounds));
    for (const { index } of accumulators)
      asm.emit('vxorps', vec(index, 128), vec(index, 128), vec(index, 128));
    asm.emit('vxorps', vec(15, 128), vec(15, 128), vec(15, 128));
    asm.emit('lfence');
    readCounter(asm);
    asm.emit('mov', r9, rax);
    const top = asm.label();
    asm.align(32);
    asm.bind(top);
    for (const register of accumulators) asm.emit('vfmadd231ps', register, vec(15, bits), vec(15, bits));
    asm.emit('dec', r8d);
    asm.jump('jnz', top);
    asm.emit('lfence');
    readCounter(asm);
    asm.emit('sub', rax, r9);
  });
  return asm.finish();
}

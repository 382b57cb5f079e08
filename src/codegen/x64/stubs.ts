/** @file Small functions around programs: waiting for jobs, asking the processor what it can do, timing its multipliers. */

import { Assembler } from './assembler.ts';
import { CLOSED, CONTROL } from './control-block.ts';
import { ARGUMENTS, emitEntry } from './entry.ts';
import { mem } from './operands.ts';
import { readCounter } from './profile.ts';
import {
  eax,
  ebx,
  ecx,
  edx,
  low32,
  r8d,
  r9,
  r10,
  r12,
  r12d,
  r13d,
  r14d,
  rax,
  rbx,
  rcx,
  vec,
} from './registers.ts';
import type { CallingConvention, Isa } from './target.ts';

/**
 * `attend(control, thread, seen, spins)`: looks `spins` times for a job other than the one with generation `seen`, and
 * takes part in it. Returns what the job's code does, or 2 · seen when there was none or the threads are to stop.
 */
export function attendCode(convention: CallingConvention): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [control, thread, seen, spins] = ARGUMENTS[convention];
  // Windows: 32 bytes that the job's code may use.
  emitEntry(asm, convention, 32, () => {
    const look = asm.label();
    const idle = asm.label();
    const leave = asm.label();
    const nothing = asm.label();
    const end = asm.label();
    asm.emit('mov', rbx, control);
    asm.emit('mov', r14d, low32(thread));
    asm.emit('mov', r12d, low32(seen));
    asm.emit('mov', r13d, low32(spins));
    const readJob = (none: typeof idle): void => {
      asm.emit('mov', rax, mem(rbx, CONTROL.next));
      asm.emit('mov', rcx, rax);
      asm.emit('shr', rcx, 32);
      asm.emit('cmp', ecx, r12d);
      asm.jump('je', none);
      asm.emit('cmp', eax, CLOSED);
      asm.jump('je', none);
    };
    const inside = (by: 1 | -1): void => {
      asm.emit('mov', eax, by >>> 0);
      asm.emit('lock xadd', mem(rbx, CONTROL.inside), eax);
    };
    asm.bind(look);
    readJob(idle);
    // The job's code may be freed when nobody is inside; so go inside first and look whether the job is still there.
    inside(1);
    readJob(leave);
    const [first, second, third] = ARGUMENTS[convention];
    asm.emit('mov', r12d, ecx);
    asm.emit('mov', low32(third), r12d);
    asm.emit('mov', low32(second), r14d);
    asm.emit('mov', first, rbx);
    asm.emit('call', mem(rbx, CONTROL.entry, { bits: 64 }));
    asm.emit('mov', r12, rax);
    inside(-1);
    asm.emit('mov', rax, r12);
    asm.jump('jmp', end);
    asm.bind(leave);
    inside(-1);
    asm.bind(idle);
    asm.emit('cmp', mem(rbx, CONTROL.stop, { bits: 32 }), 0);
    asm.jump('jne', nothing);
    asm.emit('pause');
    asm.emit('dec', r13d);
    asm.jump('jnz', look);
    asm.bind(nothing);
    asm.emit('mov', eax, r12d);
    asm.emit('add', eax, eax);
    asm.bind(end);
  });
  return asm.finish();
}

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

/**
 * @file How threads share a run's items: take an item, wait until other threads' items are done, report an item as
 * done.
 */

import type { Assembler } from './assembler.ts';
import { CONTROL, SHARE_ROW, SHARE_ROW_BYTES } from './control-block.ts';
import { type Label, mem } from './operands.ts';
import { eax, ecx, edi, edx, esi, r8, r9d, r10d, r11, r11d, rax, rcx, rdx } from './registers.ts';
import { emitSleep, emitWake, type SleepCall } from './sleep.ts';

/**
 * Subroutines. All take the control block in r8 and change rax, rcx, rdx, rsi, rdi, r9, r10, r11; where sleeping is a C
 * function, vectors and masks too.
 */
export interface ThreadRoutines {
  /** Takes an item of the run with generation r9d: eax is its number, or 0xffffffff when there is none. */
  readonly claim: Label;
  /**
   * Takes a shard that no thread has taken in this samples phase; at least one must be left. Shards of the share of
   * thread edi come first, so that a thread finds the memory of its shards in its own cache. r9d: the run's generation;
   * esi: samples phases up to this one. eax is the shard.
   */
  readonly share: Label;
  /** Returns when ecx items are done. */
  readonly wait: Label;
  /** Reports that an item is done. The item's phase ends before item ecx. */
  readonly finish: Label;
}

interface RoutineOptions {
  /** Items of the run. */
  readonly total: number;
  readonly threads: number;
  readonly sleep: SleepCall;
}

/**
 * Looks at the counter before a thread goes to sleep: 0.1 to 0.3 ms, since a pause takes some 60 cycles on AMD's processors and
 * 140 on Intel's. Waking a thread takes as long on a virtual machine.
 */
const SPINS = 5000;

export function emitThreadRoutines(asm: Assembler, routines: ThreadRoutines, options: RoutineOptions): void {
  emitClaim(asm, routines.claim, options.total);
  emitShare(asm, routines.share, options.threads);
  emitWait(asm, routines.wait, options.sleep);
  emitFinish(asm, routines.finish, options.sleep);
}

function emitClaim(asm: Assembler, label: Label, total: number): void {
  const [retry, none] = [asm.label(), asm.label()];
  asm.align(16);
  asm.bind(label);
  asm.emit('mov', rax, mem(r8, CONTROL.next));
  asm.bind(retry);
  asm.emit('mov', rdx, rax);
  asm.emit('shr', rdx, 32);
  asm.emit('cmp', edx, r9d);
  asm.jump('jne', none);
  asm.emit('cmp', eax, total);
  asm.jump('jae', none);
  asm.emit('lea', rcx, mem(rax, 1));
  asm.emit('lock cmpxchg', mem(r8, CONTROL.next), rcx);
  asm.jump('jne', retry);
  asm.emit('mov', eax, eax);
  asm.emit('ret');
  asm.bind(none);
  asm.emit('mov', eax, 0xffffffff);
  asm.emit('ret');
}

function emitShare(asm: Assembler, label: Label, threads: number): void {
  const [look, retry, counted, other] = [asm.label(), asm.label(), asm.label(), asm.label()];
  asm.align(16);
  asm.bind(label);
  asm.bind(look);
  asm.emit('mov', r11d, edi);
  asm.emit('shl', r11, Math.log2(SHARE_ROW_BYTES));
  asm.emit('add', r11, mem(r8, CONTROL.shares));
  // Shards of the share that may be taken up to the end of this phase.
  asm.emit('mov', r10d, mem(r11, SHARE_ROW.size));
  asm.emit('imul', r10d, esi);
  asm.emit('mov', rax, mem(r11, SHARE_ROW.taken));
  asm.bind(retry);
  asm.emit('mov', ecx, eax);
  asm.emit('mov', rdx, rax);
  asm.emit('shr', rdx, 32);
  asm.emit('cmp', edx, r9d);
  asm.jump('je', counted);
  asm.emit('xor', ecx, ecx);
  asm.bind(counted);
  asm.emit('cmp', ecx, r10d);
  asm.jump('jae', other);
  asm.emit('mov', edx, r9d);
  asm.emit('shl', rdx, 32);
  asm.emit('lea', rdx, mem(rdx, 1, { index: rcx, scale: 1 }));
  asm.emit('lock cmpxchg', mem(r11, SHARE_ROW.taken), rdx);
  asm.jump('jne', retry);
  // Each earlier phase took `size` shards.
  asm.emit('mov', eax, mem(r11, SHARE_ROW.first));
  asm.emit('add', eax, mem(r11, SHARE_ROW.size));
  asm.emit('add', eax, ecx);
  asm.emit('sub', eax, r10d);
  asm.emit('ret');
  asm.bind(other);
  asm.emit('add', edi, 1);
  asm.emit('cmp', edi, threads);
  asm.jump('jb', look);
  asm.emit('xor', edi, edi);
  asm.jump('jmp', look);
}

function emitWait(asm: Assembler, label: Label, sleep: SleepCall): void {
  const [spin, sleeping, ready] = [asm.label(), asm.label(), asm.label()];
  const done = mem(r8, CONTROL.done);
  asm.align(16);
  asm.bind(label);
  asm.emit('mov', eax, SPINS);
  asm.bind(spin);
  asm.emit('cmp', ecx, done);
  asm.jump('jbe', ready);
  asm.emit('pause');
  asm.emit('dec', eax);
  asm.jump('jnz', spin);
  asm.bind(sleeping);
  emitSleepUntilDone(asm, sleep);
  asm.emit('cmp', ecx, done);
  asm.jump('ja', sleeping);
  asm.bind(ready);
  asm.emit('ret');
}

/**
 * Sleeps until `done` has changed. `waiting` is raised before `done` is read, and read by `finish` after `done` is
 * raised, so that one of the two sees the other.
 */
function emitSleepUntilDone(asm: Assembler, sleep: SleepCall): void {
  const awake = asm.label();
  asm.emit('mov', eax, 1);
  asm.emit('lock xadd', mem(r8, CONTROL.waiting), eax);
  asm.emit('mov', edx, mem(r8, CONTROL.done));
  asm.emit('cmp', ecx, edx);
  asm.jump('jbe', awake);
  emitSleep(asm, sleep, CONTROL.done);
  asm.bind(awake);
  asm.emit('mov', eax, -1 >>> 0);
  asm.emit('lock xadd', mem(r8, CONTROL.waiting), eax);
}

function emitFinish(asm: Assembler, label: Label, sleep: SleepCall): void {
  const finished = asm.label();
  asm.align(16);
  asm.bind(label);
  asm.emit('mov', eax, 1);
  asm.emit('lock xadd', mem(r8, CONTROL.done), eax);
  asm.emit('add', eax, 1);
  asm.emit('cmp', eax, ecx);
  asm.jump('jne', finished);
  asm.emit('cmp', mem(r8, CONTROL.waiting, { bits: 32 }), 0);
  asm.jump('je', finished);
  emitWake(asm, sleep, CONTROL.done);
  asm.bind(finished);
  asm.emit('ret');
}

/** @file How threads share a run's items: taking one, waiting for others' to be done, saying that one is done. */

import type { Assembler } from './assembler.ts';
import { CONTROL } from './control-block.ts';
import { type Label, mem } from './operands.ts';
import { eax, ecx, edx, r8, r9d, rax, rcx, rdx } from './registers.ts';
import { emitSleep, emitWake, type SleepCall } from './sleep.ts';

/**
 * Subroutines. All take the control block in r8 and change rax, rcx, rdx, rsi, rdi, r9, r10, r11; where sleeping is a C
 * function, vectors and masks too.
 */
export interface ThreadRoutines {
  /** Takes an item of the run with generation r9d: eax is its number, or 0xffffffff when there is none. */
  readonly claim: Label;
  /** Returns when ecx items are done. */
  readonly wait: Label;
  /** Says that an item is done, of a phase that ends with item ecx. */
  readonly finish: Label;
}

interface RoutineOptions {
  /** Items of the run. */
  readonly total: number;
  readonly sleep: SleepCall;
}

/** Looks at the counter before a thread goes to sleep: some 20 µs, less than waking it would cost. */
const SPINS = 1000;

export function emitThreadRoutines(asm: Assembler, routines: ThreadRoutines, options: RoutineOptions): void {
  emitClaim(asm, routines.claim, options.total);
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

/** @file The code of a crew: what its helping threads run from their start to their end, and what wakes them. */

import { Assembler } from './assembler.ts';
import { CLOSED, CONTROL, RUN_ROW, RUN_ROW_BYTES } from './control-block.ts';
import { ARGUMENTS, emitEntry } from './entry.ts';
import { type Label, mem } from './operands.ts';
import { eax, ecx, edx, low32, r8, r12, r12d, r13d, r14d, r15d, rax, rbx, rcx } from './registers.ts';
import { emitSleep, emitWake, type SleepCall } from './sleep.ts';
import type { CallingConvention } from './target.ts';

/** A helper's place: the u64 address of the control block, the u32 number of the thread. */
export const SEAT = { control: 0, thread: 8 } as const;
export const SEAT_BYTES = 16;

export interface HelperOptions {
  readonly convention: CallingConvention;
  readonly sleep: SleepCall;
}

/**
 * How often a helper looks for a next job before it sleeps: some 20 µs. A longer wait would take the core from other
 * threads.
 */
const SPINS = 1000;

/** `help(seat)` takes part in every job of the seat's control block until that says stop; then it returns 0. */
export function helpCode({ convention, sleep }: HelperOptions): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [seat] = ARGUMENTS[convention];
  // Windows: 32 bytes of stack that the called code may use.
  emitEntry(asm, convention, 32, () => {
    const [awake, look, idle, end] = [asm.label(), asm.label(), asm.label(), asm.label()];
    asm.emit('mov', r14d, mem(seat, SEAT.thread));
    asm.emit('mov', rbx, mem(seat, SEAT.control));
    asm.emit('xor', r12d, r12d);
    asm.bind(awake);
    asm.emit('mov', r13d, SPINS);
    asm.bind(look);
    // The counter is read before the thread looks for work: if it changes after that, the thread does not fall asleep.
    asm.emit('mov', r15d, mem(rbx, CONTROL.news));
    attend(asm, { convention, sleep }, awake, idle);
    asm.bind(idle);
    asm.emit('cmp', mem(rbx, CONTROL.stop, { bits: 32 }), 0);
    asm.jump('jne', end);
    asm.emit('pause');
    asm.emit('dec', r13d);
    asm.jump('jnz', look);
    asm.emit('mov', r8, rbx);
    asm.emit('mov', edx, r15d);
    emitSleep(asm, sleep, CONTROL.news);
    asm.jump('jmp', awake);
    asm.bind(end);
    asm.emit('xor', eax, eax);
  });
  return asm.finish();
}

/** Takes part in a run whose generation is not the one in r12d, then goes to `attended`; without one, to `idle`. */
function attend(asm: Assembler, { convention, sleep }: HelperOptions, attended: Label, idle: Label): void {
  const [enter, leave, last] = [asm.label(), asm.label(), asm.label()];
  const readJob = (none: Label): void => {
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
  readJob(idle);
  // The job's code may be freed when no thread is counted as inside. So a thread counts itself first, and then checks
  // that the job is still open.
  inside(1);
  readJob(leave);
  const [first, second, third] = ARGUMENTS[convention];
  asm.emit('mov', r12d, ecx);
  asm.bind(enter);
  asm.emit('mov', low32(third), r12d);
  asm.emit('mov', low32(second), r14d);
  asm.emit('mov', first, rbx);
  asm.emit('call', mem(rbx, CONTROL.entry, { bits: 64 }));
  // Thread 0 returns when the run is done, and goes on to the next one.
  asm.emit('test', r14d, r14d);
  asm.jump('jnz', leave);
  openNext(asm, sleep, last);
  asm.jump('jmp', enter);
  asm.bind(last);
  inside(-1);
  asm.emit('mov', mem(rbx, CONTROL.finished), r12d);
  asm.emit('mov', r8, rbx);
  emitWake(asm, sleep, CONTROL.finished);
  asm.jump('jmp', attended);
  asm.bind(leave);
  inside(-1);
  asm.jump('jmp', attended);
}

/** Opens the job's next run, whose generation goes to r12d; to `none` when there is no further run. */
function openNext(asm: Assembler, sleep: SleepCall, none: Label): void {
  asm.emit('mov', edx, mem(rbx, CONTROL.left));
  asm.emit('sub', edx, 1);
  asm.jump('jb', none);
  asm.emit('mov', mem(rbx, CONTROL.left), edx);
  asm.emit('mov', rcx, mem(rbx, CONTROL.further));
  asm.emit('mov', rax, mem(rcx, RUN_ROW.bufferTable));
  asm.emit('mov', mem(rbx, CONTROL.bufferTable), rax);
  asm.emit('mov', eax, mem(rcx, RUN_ROW.samples));
  asm.emit('mov', mem(rbx, CONTROL.samples), eax);
  asm.emit('add', rcx, RUN_ROW_BYTES);
  asm.emit('mov', mem(rbx, CONTROL.further), rcx);
  asm.emit('xor', eax, eax);
  asm.emit('mov', mem(rbx, CONTROL.done), eax);
  asm.emit('add', r12d, 1);
  asm.emit('mov', rax, r12);
  asm.emit('shl', rax, 32);
  emitOpen(asm, sleep);
}

/** Stores rax in `next` and wakes the helpers. */
function emitOpen(asm: Assembler, sleep: SleepCall): void {
  asm.emit('mov', mem(rbx, CONTROL.next), rax);
  asm.emit('mov', eax, 1);
  asm.emit('lock xadd', mem(rbx, CONTROL.news), eax);
  asm.emit('mov', r8, rbx);
  emitWake(asm, sleep, CONTROL.news);
}

/** `rouse(control)` wakes the helpers that sleep because there was no work. */
export function rouseCode({ convention, sleep }: HelperOptions): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [control] = ARGUMENTS[convention];
  emitEntry(asm, convention, 0, () => {
    asm.emit('mov', r8, control);
    emitWake(asm, sleep, CONTROL.news);
  });
  return asm.finish();
}

/** `run(control, first, last)` opens the job that was set up with those generations, and returns when it is done. */
export function runCode({ convention, sleep }: HelperOptions): Uint8Array<ArrayBuffer> {
  const asm = new Assembler();
  const [control, first, last] = ARGUMENTS[convention];
  emitEntry(asm, convention, 0, () => {
    const [look, done] = [asm.label(), asm.label()];
    asm.emit('mov', rbx, control);
    asm.emit('mov', r12d, low32(last));
    asm.emit('mov', eax, low32(first));
    asm.emit('shl', rax, 32);
    emitOpen(asm, sleep);
    asm.bind(look);
    asm.emit('mov', edx, mem(rbx, CONTROL.finished));
    asm.emit('cmp', edx, r12d);
    asm.jump('je', done);
    asm.emit('mov', r8, rbx);
    emitSleep(asm, sleep, CONTROL.finished);
    asm.jump('jmp', look);
    asm.bind(done);
  });
  return asm.finish();
}
